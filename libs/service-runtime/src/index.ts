export {
  ConfigError,
  describeConfig,
  integer,
  parsed,
  postgresUrl,
  readable,
  readConfig,
  secret,
  serviceEnv,
} from './config.ts';
export { errorHandler, HttpProblem, notFound, sendProblem } from './http-problem.ts';
export type { ProblemDetail } from './http-problem.ts';
export { createServiceApp, httpServer, KEEP_ALIVE_TIMEOUT_MS } from './http.ts';
export { createLifecycle } from './lifecycle.ts';
export type { Health, Lifecycle, Member } from './lifecycle.ts';
export { createLogger } from './logger.ts';
export type { Logger } from './logger.ts';
export { describeApi, schemaReference, uuidParameter } from './openapi.ts';
export { runJob } from './run-job.ts';
export type { Job } from './run-job.ts';
export { runService } from './run-service.ts';
export type { ServiceContext } from './run-service.ts';

export { metricsHandler, shutdownTelemetry } from './metrics.ts';

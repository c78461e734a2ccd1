import { pino } from 'pino';

export type Logger = pino.Logger;

/** A logger of one service instance: JSON lines on standard output, with the service's name and instance. */
export function createLogger({
  service,
  instance,
  level,
}: {
  service: string;
  instance: string;
  level: string;
}): Logger {
  return pino({
    level,
    base: { service, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
  });
}

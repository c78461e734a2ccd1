import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the SDK, once started, offers to the service. */
interface Telemetry {
  /** Answers a scrape in Prometheus' text format. */
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Sends what is pending and stops. */
  shutdown: () => Promise<void>;
}

// `register` and the service are separate bundles: a module variable would exist twice, a global symbol exists once.
const KEY = Symbol.for('tributary.telemetry');
const registry = globalThis as { [KEY]?: Telemetry };

export function publishMetricsHandler(telemetry: Telemetry): void {
  registry[KEY] = telemetry;
}

/** Answers a Prometheus scrape; 404 where the SDK was not started (tests, tools). */
export function metricsHandler(request: IncomingMessage, response: ServerResponse): void {
  const telemetry = registry[KEY];
  if (telemetry) telemetry.handle(request, response);
  else response.writeHead(404).end();
}

/** Sends pending spans and stops the SDK, at most `timeoutMs` long: a collector that is down must not hold the exit. */
export async function shutdownTelemetry(timeoutMs = 2_000): Promise<void> {
  const telemetry = registry[KEY];
  if (!telemetry) return;
  const timer = new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref());
  await Promise.race([telemetry.shutdown().catch((error: unknown) => ignoreUnsent(error)), timer]);
}

/** Spans that could not be delivered at exit are lost on purpose: nothing is left that could send them. */
function ignoreUnsent(_error: unknown): void {
  return undefined;
}

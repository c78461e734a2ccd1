/**
 * Starts OpenTelemetry. Load it before anything else (`node --import .../register.ts main.ts`): instrumentation patches
 * modules as they load. Configured by the standard `OTEL_*` variables
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
 */
import type { IncomingMessage } from 'node:http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { publishMetricsHandler } from './metrics.ts';

// Only what is patched goes through the loader hook. kafkajs is kept away: its instrumentation gives every record of a
// micro-batch the wrong parent, so libs/messaging makes the spans of records itself.
register({ include: ['http', 'node:http', 'https', 'node:https', 'pg', 'pg-pool'] });

const service = serviceName(process.argv[1]);
process.env['OTEL_SERVICE_NAME'] ??= service;
if (!hasTraceExporter(process.env)) process.env['OTEL_TRACES_EXPORTER'] = 'none';
process.env['OTEL_LOGS_EXPORTER'] ??= 'none';
process.env['OTEL_NODE_RESOURCE_DETECTORS'] ??= 'env,host,process';

/** Probes make no span. */
const UNTRACED = /^\/(health|metrics)(\/|$|\?)/;

const metrics = new PrometheusExporter({ preventServerStart: true });
const sdk = new NodeSDK({
  metricReaders: [metrics],
  instrumentations: [
    new HttpInstrumentation({
      // The ingress makes its spans by hand: the URL of a call is a secret, and ignoring a request is not free.
      disableIncomingRequestInstrumentation: service === 'ingress',
      ignoreIncomingRequestHook: ({ url }: IncomingMessage) => UNTRACED.test(url ?? ''),
      // A query may open something: the signature of a stored answer's URL, or a key that was put there by mistake.
      startIncomingSpanHook: () => ({ 'url.query': undefined }),
    }),
    new PgInstrumentation({ requireParentSpan: true }),
  ],
});
sdk.start();
publishMetricsHandler({
  handle: (request, response) => {
    metrics.getMetricsRequestHandler(request, response);
  },
  shutdown: () => sdk.shutdown(),
});

/** The service's name from its main file: `apps/ingress/src/main.ts` and `apps/ingress/dist/main.js` are `ingress`. */
function serviceName(mainFile: string | undefined): string {
  return /([^/\\]+)[/\\](?:src|dist)[/\\][^/\\]+$/.exec(mainFile ?? '')?.[1] ?? 'tributary';
}

/** Without an endpoint or an exporter named, spans have nowhere to go, and the default would retry localhost for ever. */
function hasTraceExporter(env: NodeJS.ProcessEnv): boolean {
  return ['OTEL_TRACES_EXPORTER', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(
    (name) => env[name] !== undefined && env[name] !== '',
  );
}

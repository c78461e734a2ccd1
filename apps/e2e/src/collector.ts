import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as a test looks at it. */
export interface CollectedSpan {
  service: string;
  traceId: string;
  name: string;
  /** The whole span as JSON, to search for what must not be in it. */
  text: string;
}

/** The parts of an OTLP/JSON export that are read (opentelemetry-proto, `ExportTraceServiceRequest`). */
interface TraceExport {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: { traceId: string; name: string }[] }[];
  }[];
}

/** A trace collector for tests: takes OTLP over HTTP in JSON, and `GET /spans` gives back what it got. */
export async function startCollector(): Promise<{ url: string; stop: () => Promise<void> }> {
  const spans: CollectedSpan[] = [];
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify(spans));
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') spans.push(...readSpans(Buffer.concat(chunks).toString()));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function readSpans(text: string): CollectedSpan[] {
  return (JSON.parse(text) as TraceExport).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({ service, traceId: span.traceId, name: span.name, text: JSON.stringify(span) })),
    );
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

/** Answers one call of its own and a probe, and ends. */
const program = `
  import { createServer } from 'node:http';
  const { shutdownTelemetry } = await import(${JSON.stringify(new URL('metrics.ts', import.meta.url).href)});
  const server = createServer((_request, response) => response.end());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = 'http://127.0.0.1:' + server.address().port;
  for (const path of ['/health/ready', '/answers/1?signature=' + process.env.SIGNATURE])
    await (await fetch(origin + path)).arrayBuffer();
  server.close();
  server.closeAllConnections();
  await shutdownTelemetry();
`;

it('an incoming request has a span, without what its query may open; a probe has none', async () => {
  const child = spawn(
    process.execPath,
    ['--import', new URL('register.ts', import.meta.url).href, '--input-type=module', '--eval', program],
    {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      env: { OTEL_TRACES_EXPORTER: 'console', SIGNATURE: 'opens-the-answer' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(output.match(/'url\.path': '.*'/g)).toEqual(["'url.path': '/answers/1'"]);
  expect(output).not.toContain('opens-the-answer');
});

import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { errorHandler, HttpProblem, notFound } from './http-problem.ts';
import { createServiceApp, httpServer } from './http.ts';
import { createLifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';

const logger = createLogger({ service: 'test', instance: '0', level: 'silent' });
const releases: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
});

async function serve(prepare: (app: express.Express) => void, { drainDelayMs = 0 } = {}) {
  const lifecycle = createLifecycle(logger);
  const app = createServiceApp(lifecycle);
  prepare(app);
  app.use(notFound);
  app.use(errorHandler(logger));
  const server = httpServer(app, { port: 0, host: '127.0.0.1', drainDelayMs });
  lifecycle.add('http', server);
  await lifecycle.start();
  releases.push(() => lifecycle.stop());
  return { lifecycle, origin: `http://127.0.0.1:${server.port()}` };
}

describe('a service over HTTP', () => {
  it('tells whether it lives and whether it is ready', async () => {
    const { origin } = await serve(() => undefined);
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${origin}/health/ready`)).json()).toMatchObject({ status: 'ready' });
  });

  it('answers a problem as RFC 9457 says', async () => {
    const { origin } = await serve((app) => {
      app.get('/fails', () => {
        throw new HttpProblem(422, 'The name is missing.', {
          errors: [{ pointer: '/name', detail: 'required' }],
        });
      });
    });
    const response = await fetch(`${origin}/fails`);
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Unprocessable Content',
      status: 422,
      detail: 'The name is missing.',
      errors: [{ pointer: '/name', detail: 'required' }],
    });
  });

  it('says nothing of what went wrong inside', async () => {
    const { origin } = await serve((app) => {
      app.get('/breaks', () => Promise.reject(new Error('password=hunter2')));
    });
    const response = await fetch(`${origin}/breaks`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('hunter2');
  });

  it('names a body that is no JSON, and the bound of one that is too large', async () => {
    const { origin } = await serve((app) => {
      app.use(express.json({ limit: 10 }));
      app.post('/', (_request, response) => {
        response.end();
      });
    });
    const post = (body: string) =>
      fetch(origin, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    const broken = await post('{');
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ detail: expect.stringContaining('not valid JSON') });
    const large = await post('"0123456789"');
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ detail: 'The body has more than 10 bytes.' });
  });

  it('finishes what is in flight when it stops, and closes the connection after', async () => {
    let finish: () => void = () => undefined;
    let arrived: () => void = () => undefined;
    const inFlight = new Promise<void>((resolve) => (arrived = resolve));
    const { origin, lifecycle } = await serve((app) => {
      app.get('/slow', (_request, response) => {
        finish = () => response.end('done');
        arrived();
      });
    });
    const answer = fetch(`${origin}/slow`);
    await inFlight;
    const stopped = lifecycle.stop();
    finish();
    expect(await (await answer).text()).toBe('done');
    await stopped;
    await expect(fetch(`${origin}/health/live`)).rejects.toThrow();
  });

  it('goes on taking requests for a while when it stops, but keeps no connection', async () => {
    const { origin, lifecycle } = await serve(() => undefined, { drainDelayMs: 2_000 });
    await fetch(`${origin}/health/live`);
    const stopped = lifecycle.stop();
    const ready = await fetch(`${origin}/health/ready`);
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    await stopped;
    await expect(fetch(`${origin}/health/live`)).rejects.toThrow();
  });

  it('says which port is in use', async () => {
    const { origin } = await serve(() => undefined);
    const second = httpServer(express(), { port: Number(new URL(origin).port), host: '127.0.0.1' });
    await expect(second.start?.()).rejects.toThrow(/Port \d+ is in use/);
  });
});

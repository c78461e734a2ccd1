import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { snsCertificate } from '../test/sns-key.ts';
import { createCertificateStore, fetchOverHttps } from './certificate-store.ts';

const URL_A = 'https://sns.us-east-1.amazonaws.com/a.pem';

/** A fetcher that counts, and answers when told to. */
function heldFetcher() {
  const asked: string[] = [];
  const answers: ((pem: string | Error) => void)[] = [];
  const fetch = (url: string) =>
    new Promise<string>((resolve, reject) => {
      asked.push(url);
      answers.push((pem) => (pem instanceof Error ? reject(pem) : resolve(pem)));
    });
  return { asked, answers, fetch };
}

describe('createCertificateStore', () => {
  it('fetches once for all who ask at the same time, and keeps what it got', async () => {
    const { asked, answers, fetch } = heldFetcher();
    let now = 0;
    const store = createCertificateStore({ fetch, keepMs: 1000, now: () => now });
    const both = [store.get(URL_A), store.get(URL_A)];
    answers[0]!(snsCertificate);
    const [first, second] = await Promise.all(both);
    expect(first?.subject).toContain('sns.amazonaws.com');
    expect(second).toBe(first);
    expect(store.get(URL_A)).toBe(first);
    expect(asked).toEqual([URL_A]);
    now = 1000;
    expect(store.get(URL_A)).toBeInstanceOf(Promise);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, string | Error]>([
    ['a failure', new Error('refused')],
    ['what is no certificate', '<html>'],
  ])('remembers %s for a while', async (_, answer) => {
    const { asked, answers, fetch } = heldFetcher();
    let now = 0;
    const store = createCertificateStore({ fetch, retryMs: 1000, now: () => now });
    const pending = store.get(URL_A);
    answers[0]!(answer);
    expect(await pending).toBeUndefined();
    expect(store.get(URL_A)).toBeUndefined();
    expect(asked).toHaveLength(1);
    now = 1000;
    expect(store.get(URL_A)).toBeInstanceOf(Promise);
  });

  it('does not wait for ever', async () => {
    const store = createCertificateStore({ fetch: () => new Promise(() => undefined), timeoutMs: 10 });
    expect(await store.get(URL_A)).toBeUndefined();
  });

  it('fetches only so many at once, and remembers only so many', async () => {
    const { asked, answers, fetch } = heldFetcher();
    const store = createCertificateStore({ fetch, maxFetches: 2, maxEntries: 2 });
    const pending = [store.get('a'), store.get('b'), store.get('c')];
    expect(pending[2]).toBeUndefined();
    for (const answer of answers) answer(snsCertificate);
    await Promise.all(pending);
    const third = store.get('c');
    answers[2]!(snsCertificate);
    await third;
    expect(asked).toEqual(['a', 'b', 'c']);
    expect(store.get('b')).not.toBeInstanceOf(Promise);
    expect(store.get('a')).toBeInstanceOf(Promise);
  });
});

describe('fetchOverHttps', () => {
  it('reads a certificate, follows no redirect, and stops at what is too long', async () => {
    const server = createServer(({ url }, response) => {
      if (url === '/moved') response.writeHead(302, { location: '/a.pem' }).end();
      else if (url === '/none') response.writeHead(404).end();
      else response.end(url === '/long' ? 'x'.repeat(20_000) : snsCertificate);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { signal } = new AbortController();
      expect(await fetchOverHttps(`${origin}/a.pem`, signal)).toBe(snsCertificate);
      for (const path of ['/moved', '/none', '/long'])
        await expect(fetchOverHttps(origin + path, signal)).rejects.toThrow();
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

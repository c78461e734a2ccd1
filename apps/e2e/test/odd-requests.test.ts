/** Requests as senders beyond browsers make them, written byte by byte to the one origin. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createWebhook, eventOf, executionOf, system } from '../src/client.ts';
import type { TestWebhook } from '../src/client.ts';

const { hostname, port } = new URL(system.url);
let webhook: TestWebhook;
let path: string;

beforeAll(async () => {
  const template =
    '{"event": {{ [method, path, query, body]|tojson|tojson }}, "resource": {"prefect.resource.id": "odd"}}';
  webhook = await createWebhook({
    template,
    response: { mode: 'receipt' },
    limits: { requests_per_second: null },
  });
  path = new URL(webhook.url).pathname;
});

/** Writes bytes to the origin, and gives all that it answers until the connection ends. */
function exchange(...pieces: string[]): Promise<string> {
  const socket = connect(Number(port), hostname);
  for (const piece of pieces) socket.write(piece, 'latin1');
  return text(socket);
}

function request(line: string, headers: string[] = [], body = ''): string {
  return `${[line, 'host: tributary.example', 'connection: close', ...headers].join('\r\n')}\r\n\r\n${body}`;
}

const statusesOf = (answers: string): number[] =>
  [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

/** What the template saw of the call that was answered last. */
async function seenBy(answers: string): Promise<unknown> {
  const id = /.*x-execution-id: ([0-9a-f-]{36})/is.exec(answers)?.[1] ?? '';
  return JSON.parse((await eventOf(new Response(null, { headers: { 'x-execution-id': id } }))).event);
}

describe('a request is taken', () => {
  it.each<[what: string, sent: (to: string) => string, seen: unknown[]]>([
    [
      'in chunks, with a trailer',
      (to) =>
        request(
          `POST ${to} HTTP/1.1`,
          ['transfer-encoding: chunked'],
          '1\r\n{\r\n1\r\n}\r\n0\r\nx-trailer: y\r\n\r\n',
        ),
      ['POST', '', {}, {}],
    ],
    ['of HTTP/1.0', (to) => `POST ${to} HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}`, ['POST', '', {}, {}]],
    [
      'with its whole URL as the target',
      (to) => request(`GET http://tributary.example${to}/a?b=c HTTP/1.1`),
      ['GET', 'a', { b: 'c' }, ''],
    ],
    [
      'that offers HTTP/2',
      (to) =>
        `PUT ${to} HTTP/1.1\r\nhost: a\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\ncontent-length: 2\r\n\r\n[]`,
      ['PUT', '', {}, []],
    ],
    [
      'of DELETE with a body',
      (to) => request(`DELETE ${to} HTTP/1.1`, ['content-length: 1'], '1'),
      ['DELETE', '', {}, 1],
    ],
    [
      'whose path climbs, which nobody resolves',
      (to) => request(`GET ${to}/../../api/%2e%2e/%2Fx HTTP/1.1`),
      ['GET', '../../api/..//x', {}, ''],
    ],
    [
      'whose path and query are not decodable',
      (to) => request(`GET ${to}/%zz?%zz=%41&a=%00 HTTP/1.1`),
      ['GET', '%zz', { '%zz': 'A', a: '\0' }, ''],
    ],
    ['with a slash at the end', (to) => request(`GET ${to}/ HTTP/1.1`), ['GET', '', {}, '']],
    [
      'with two content types, of which the first counts',
      (to) =>
        request(
          `POST ${to} HTTP/1.1`,
          [
            'content-type: application/x-www-form-urlencoded',
            'content-type: text/plain',
            'content-length: 3',
          ],
          'a=1',
        ),
      ['POST', '', {}, { a: '1' }],
    ],
  ])('%s', async (_what, sent, seen) => {
    const answers = await exchange(sent(path));
    expect(statusesOf(answers)).toEqual([200]);
    expect(await seenBy(answers)).toEqual(seen);
  });

  it('after 100 (Continue), of which its sender waits for', async () => {
    const head = request(`POST ${path} HTTP/1.1`, ['expect: 100-continue', 'content-length: 2']);
    const socket = connect(Number(port), hostname);
    socket.write(head);
    socket.once('data', () => socket.write('{}'));
    let answers = '';
    for await (const chunk of socket) answers += String(chunk);
    expect(statusesOf(answers).at(-1)).toBe(200);
    expect(await seenBy(answers)).toEqual(['POST', '', {}, {}]);
  });

  it('behind others on one connection: each is answered, in their order', async () => {
    const one = (name: string) => `GET ${path}/${name} HTTP/1.1\r\nhost: a\r\n\r\n`;
    const answers = await exchange(one('a') + one('b') + request(`GET ${path}/c HTTP/1.1`));
    expect(statusesOf(answers)).toEqual([200, 200, 200]);
    const ids = [...answers.matchAll(/x-execution-id: ([0-9a-f-]{36})/gi)].map(([, id]) => id!);
    const executions = await Promise.all(
      ids.map((id) => executionOf(new Response(null, { headers: { 'x-execution-id': id } }))),
    );
    expect(executions.map((execution) => execution.path)).toEqual(['a', 'b', 'c']);
  });
});

describe('a request is refused', () => {
  it.each<[what: string, sent: (to: string) => string, status: number]>([
    ['a path over the bound', (to) => request(`GET ${to}/${'a'.repeat(9_000)} HTTP/1.1`), 414],
    ['a query over the bound', (to) => request(`GET ${to}?${'a'.repeat(9_000)} HTTP/1.1`), 414],
    ['a header over the bound', (to) => request(`GET ${to} HTTP/1.1`, [`x: ${'a'.repeat(40_000)}`]), 431],
    [
      'two lengths of one body',
      (to) => request(`POST ${to} HTTP/1.1`, ['content-length: 2', 'transfer-encoding: chunked'], '{}'),
      400,
    ],
    [
      'a transfer coding that is not undone here',
      (to) => request(`POST ${to} HTTP/1.1`, ['transfer-encoding: gzip, chunked'], '2\r\n{}\r\n0\r\n\r\n'),
      501,
    ],
    ['a slug that is written otherwise', (to) => request(`GET ${to.replace(/.$/, '%41')} HTTP/1.1`), 404],
    ['the path of another service', () => request('GET /hooks/../api/health HTTP/1.1'), 404],
    ['a method that no webhook takes', (to) => request(`TRACE ${to} HTTP/1.1`), 405],
  ])('for %s', async (_what, sent, status) => {
    expect(statusesOf(await exchange(sent(path)))).toEqual([status]);
  });

  it.each([
    ['nested deeper than is read', `${'['.repeat(600)}${']'.repeat(600)}`],
    ['with an integer longer than is read', `[${'9'.repeat(5_000)}]`],
    ['that is no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('for JSON %s, before it is taken', async (_what, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(webhook.url, { method: 'POST', headers, body: body as string });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      '{"error":"Received malformed JSON payload."}',
    ]);
    expect(await executionOf(answer)).toMatchObject({ outcome: 'rejected', cause: 'malformed_json' });
  });
});

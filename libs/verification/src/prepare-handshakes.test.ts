import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRequest } from '../test/a-request.ts';
import { handshakeNames } from './handshakes/handshakes.ts';
import { prepareHandshakes } from './prepare-handshakes.ts';
import type { HandshakeEntry } from './prepare-handshakes.ts';
import { signRequest } from './sign-request.ts';

const secret = { id: 's', value: 'secret' };
const get = (query: string) => aRequest({ method: 'GET', query });

describe('prepareHandshakes', () => {
  it('refuses a wrong verify token, and does not take a missing one for a handshake', () => {
    const { answer } = prepareHandshakes([{ type: 'meta', verify_token: secret }]);
    const query = 'hub.mode=subscribe&hub.challenge=1';
    expect(answer(get(`${query}&hub.verify_token=wrong`))).toMatchObject({ kind: 'refuse', status: 403 });
    expect(answer(get(query))).toBeUndefined();
    expect(answer(get(`${query}&hub.verify_token=secret&hub.verify_token=secret`))).toBeUndefined();
  });

  it('signs nothing for Zoom that Zoom has not signed', () => {
    const { answer } = prepareHandshakes([{ type: 'zoom', secret }]);
    const body = '{"event":"endpoint.url_validation","payload":{"plainToken":"abc"}}';
    expect(answer(aRequest({ body }))).toMatchObject({ kind: 'refuse' });
    const nowMs = aRequest().nowMs;
    const headersOf = (by: string, at: number) =>
      signRequest('zoom', { secret: by, url: 'https://a.example/', body, now: at }).headers;
    expect(answer(aRequest({ body, headers: headersOf('secret', nowMs) }))).toMatchObject({ kind: 'answer' });
    expect(answer(aRequest({ body, headers: headersOf('other', nowMs) }))).toMatchObject({ kind: 'refuse' });
    expect(answer(aRequest({ body, headers: headersOf('secret', nowMs - 600_000) }))).toMatchObject({
      kind: 'refuse',
    });
  });

  it('signs no text for anybody that its secret would sign as a request', () => {
    const { answer } = prepareHandshakes([{ type: 'x-crc', secret }]);
    for (const token of ['{"a":1}', 'v0:1:{}', 'a b', '', 'a'.repeat(257), 'a\n'])
      expect(answer(get(`crc_token=${encodeURIComponent(token)}`))).toBeUndefined();
  });

  it.each(['\r\nSet-Cookie: a=b', 'a\u0000', '\u00e9', 'a'.repeat(1025), ''])('echoes no %j', (challenge) => {
    const { answer } = prepareHandshakes(['dropbox', 'slack']);
    expect(answer(get(`challenge=${encodeURIComponent(challenge)}`))).toBeUndefined();
    expect(
      answer(aRequest({ body: JSON.stringify({ type: 'url_verification', challenge }) })),
    ).toBeUndefined();
  });

  it.each(['a b', 'a\tb', '<script>', 'a'.repeat(254), ''])('allows no origin %j', (origin) => {
    const { answer } = prepareHandshakes([]);
    const headers = { 'WebHook-Request-Origin': origin };
    expect(answer(aRequest({ method: 'OPTIONS', headers }))).toBeUndefined();
  });

  it('allows any rate where the webhook has no limit', () => {
    const headers = { 'WebHook-Request-Origin': 'eventgrid.azure.net' };
    const outcome = prepareHandshakes([]).answer(aRequest({ method: 'OPTIONS', headers }));
    expect(outcome).toMatchObject({ headers: { 'webhook-allowed-rate': '*' } });
    expect(outcome).not.toHaveProperty('headers.allow');
  });

  it('does not confirm that somebody wants to unsubscribe', () => {
    const { answer } = prepareHandshakes(['websub']);
    expect(answer(get('hub.mode=unsubscribe&hub.topic=t&hub.challenge=c'))).toBeUndefined();
  });

  it('subscribes to the topics that are listed only, to any where none are', () => {
    const about = (topic: string) => get(`hub.mode=subscribe&hub.challenge=c&hub.topic=${topic}`);
    const { answer } = prepareHandshakes([{ type: 'websub', topics: ['https://a.example/feed'] }]);
    expect(answer(about('https%3A%2F%2Fa.example%2Ffeed'))).toMatchObject({ kind: 'answer', body: 'c' });
    expect(answer(about('https%3A%2F%2Fb.example%2Ffeed'))).toMatchObject({ kind: 'refuse', status: 403 });
    expect(prepareHandshakes(['websub']).answer(about('b'))).toMatchObject({ kind: 'answer' });
    expect(prepareHandshakes([{ type: 'websub', topics: [] }]).answer(about('b'))).toMatchObject({
      kind: 'refuse',
    });
  });

  it('asks for the body only where it may be needed', () => {
    const bodiless = ({
      method = 'POST',
      headers = {},
    }: { method?: string; headers?: Record<string, string> } = {}) => {
      const { body: _, ...request } = aRequest({ method, headers });
      return request;
    };
    const byDefault = prepareHandshakes([]);
    expect(byDefault.answer(bodiless())).toBeUndefined();
    expect(byDefault.answer(bodiless({ headers: { 'aeg-event-type': 'Notification' } }))).toBeUndefined();
    expect(byDefault.answer(bodiless({ headers: { 'aeg-event-type': 'SubscriptionValidation' } }))).toEqual({
      kind: 'needs_body',
    });
    expect(prepareHandshakes(['slack']).answer(bodiless())).toEqual({ kind: 'needs_body' });
    expect(prepareHandshakes(['slack']).answer(bodiless({ method: 'GET' }))).toBeUndefined();
  });

  it('reads no body that is too long for a handshake', () => {
    const challenge = JSON.stringify({ type: 'url_verification', challenge: 'c', pad: 'x'.repeat(70_000) });
    expect(prepareHandshakes(['slack']).answer(aRequest({ body: challenge }))).toBeUndefined();
  });

  it.each<[unknown]>([
    [{ type: 'meta' }],
    [{ type: 'meta', verify_token: { id: 's', value: '' } }],
    [{ type: 'meta', verify_token: 'clear' }],
    [{ type: 'x-crc' }],
    [{ type: 'unknown' }],
    [{ type: 'constructor' }],
    ['nothing'],
  ])('never answers by %j', (entry) => {
    const { answer } = prepareHandshakes([entry as HandshakeEntry]);
    for (const token of ['', 'undefined', 'clear'])
      expect(
        answer(get(`hub.mode=subscribe&hub.challenge=1&hub.verify_token=${token}&crc_token=a`)),
      ).toBeUndefined();
  });

  it('never throws, and sends no header that holds a line break', () => {
    const all = handshakeNames.map((type) => ({ type, verify_token: secret, secret }));
    const { answer } = prepareHandshakes(all);
    const name = fc.constantFrom('webhook-request-origin', 'aeg-event-type', 'x-amz-sns-message-type');
    const query = fc.constantFrom(
      'challenge',
      'crc_token',
      'validationToken',
      'hub.mode',
      'hub.challenge',
      'hub.topic',
    );
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'OPTIONS'),
        fc.array(fc.tuple(name, fc.string({ unit: 'binary' })), { maxLength: 3 }),
        fc.array(fc.tuple(query, fc.string({ unit: 'binary' })), { maxLength: 4 }),
        fc.oneof(fc.json(), fc.string()),
        (method, headers, params, body) => {
          const outcome = answer(
            aRequest({ method, headers, query: new URLSearchParams(params).toString(), body }),
          );
          if (outcome?.kind !== 'answer') return;
          expect(Object.values(outcome.headers).join('')).toMatch(/^[\x20-\x7e]*$/);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { describePreset, receive, requestOf } from '../../test/preset-contract.ts';
import { prepareAuthentication } from '../authentication.ts';
import { signRequest } from '../sign-request.ts';
import { mailgun } from './mailgun.ts';

const form = 'application/x-www-form-urlencoded';
/** Of the tests of Ruby on Rails' Action Mailbox, which takes what Mailgun's routes forward. */
const published = {
  key: 'tbsy84uSV1Kt3ZJZELY2TmShPRs91E3yL4tzf96297vBCkDWgL',
  timestamp: '1539112500',
  token: '7VwW7k6Ak7zcTwoSoNm7aTtbk1g67MKAnsYLfUB7PdszbgR5Xi',
  signature: 'ef24c5225322217bb065b80bb54eb4f9206d764e3e16abab07f0a64d1cf477cc',
  at: '2018-10-09T19:15:00Z',
};
const { key: secret, timestamp, token, signature, at } = published;
const fields = { recipient: 'a@b.example', timestamp, token, signature };
const parts = (given: [name: string, value: string][]) =>
  given
    .map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('') +
  '--b\r\nContent-Disposition: form-data; name="attachment-1"; filename="signature"\r\n\r\n\xff\r\n--b--\r\n';
const multipart = { 'Content-Type': 'multipart/form-data; boundary=b' };

/** An event and a message are signed alike, and stand for it in different places. */
describePreset('mailgun', {
  vectors: {
    'an event': {
      secret,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        signature: { token, timestamp, signature },
        'event-data': { event: 'opened' },
      }),
      at,
    },
    'a form': {
      secret,
      headers: { 'Content-Type': form },
      body: new URLSearchParams(fields).toString(),
      at,
    },
    'a form with attachments': { secret, headers: multipart, body: parts(Object.entries(fields)), at },
  },
  coversBody: false,
});

describe('a form of Mailgun', () => {
  const entry = { type: 'signature', preset: 'mailgun', secrets: [{ id: 's', value: secret }] } as const;
  const verify = (headers: Record<string, string>, body: string) =>
    prepareAuthentication([entry]).verify(requestOf({ secret, headers, body, at }));
  const text = (given: object) => new URLSearchParams({ ...fields, ...given }).toString();

  it.each([
    ['another token', { 'Content-Type': form }, text({ token: 'x' }), 403],
    ['another time', { 'Content-Type': form }, text({ timestamp: '1539112501' }), 403],
    ['two tokens', { 'Content-Type': form }, `${text({})}&token=${token}`, 401],
    ['two signatures', multipart, parts([...Object.entries(fields), ['signature', signature]]), 401],
    ['no signature', multipart, parts([['timestamp', timestamp]]), 401],
    ['a form that is cut off', multipart, parts(Object.entries(fields)).slice(0, -10), 401],
    ['a form under another type', { 'Content-Type': 'text/plain' }, text({}), 401],
  ])('is refused with %s', (_what, headers, body, status) => {
    expect(verify(headers, body)).toMatchObject({ ok: false, status });
  });

  it('is signed as one', () => {
    const now = Date.parse(at);
    const options = { secret, url: 'https://h.example/hooks/s', headers: { 'content-type': form }, now };
    const signed = signRequest('mailgun', { ...options, body: 'recipient=a' });
    expect(new URLSearchParams(signed.body.toString()).get('timestamp')).toBe(String(now / 1_000));
    expect(prepareAuthentication([entry]).verify(receive(signed, now))).toMatchObject({ ok: true });
  });
});

it('an event of a subaccount can be checked by the key of the account above it', () => {
  const json = ['/signature/parent-signature', '/signature/signature'];
  const scheme = { ...mailgun.scheme, json };
  const entry = { type: 'signature', scheme, secrets: [{ id: 's', value: secret }] } as const;
  const body = { signature: { token, timestamp, signature: 'ab'.repeat(32), 'parent-signature': signature } };
  const request = requestOf({ secret, headers: {}, body: JSON.stringify(body), at });
  expect(prepareAuthentication([entry]).verify(request)).toEqual({ ok: true, used: ['s'] });
});

import { createHmac, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { aRequest, NOW } from '../test/a-request.ts';
import { receive } from '../test/preset-contract.ts';
import { prepareAuthentication } from './authentication.ts';
import type { SignatureScheme } from './scheme.ts';
import { signRequest } from './sign-request.ts';

const SECRET = 'secret';
const hmac = (text: string | Buffer, encoding: 'hex' | 'base64' | 'base64url' = 'hex', hash = 'sha256') =>
  createHmac(hash, SECRET).update(text).digest(encoding);

function verify(scheme: SignatureScheme, request: Parameters<typeof aRequest>[0], secret = SECRET) {
  const entry = { type: 'signature' as const, scheme, secrets: [{ id: 's', value: secret }] };
  return prepareAuthentication([entry]).verify(aRequest(request));
}

const accepted = { ok: true, used: ['s'] };
const missing = expect.objectContaining({ status: 401, cause: 'credentials_missing' });
const refused = expect.objectContaining({ status: 403, cause: 'signature' });
const untimely = expect.objectContaining({ status: 403, cause: 'timestamp' });

const plain: SignatureScheme = { algorithm: 'hmac-sha256', header: 'X-Signature', signed: '{body}' };

describe('a signature in a header', () => {
  const right = hmac('body');

  it.each<[string, [string, string][], unknown]>([
    ['as expected', [['x-signature', right]], accepted],
    ['in capitals', [['X-SIGNATURE', right.toUpperCase()]], accepted],
    ['with blanks around it', [['x-signature', ` ${right}\t`]], accepted],
    ['cut short', [['x-signature', right.slice(0, -2)]], refused],
    ['too long', [['x-signature', `${right}00`]], refused],
    ['of an odd length', [['x-signature', right.slice(0, -1)]], refused],
    ['that is no hex', [['x-signature', 'signature']], refused],
    ['in base64', [['x-signature', hmac('body', 'base64')]], refused],
    ['twice', [['x-signature', `${right},${right}`]], refused],
    ['empty', [['x-signature', '']], missing],
    ['in another header', [['x-signature-2', right]], missing],
    ['not at all', [], missing],
    [
      'in two headers that agree',
      [
        ['x-signature', right],
        ['X-Signature', right],
      ],
      refused,
    ],
    ['of another body', [['x-signature', hmac('Body')]], refused],
    ['endless', [['x-signature', right.repeat(200)]], refused],
  ])('%s', (_, headers, verdict) => {
    expect(verify(plain, { headers, body: 'body' })).toEqual(verdict);
  });

  it.each<[SignatureScheme['encoding'], string, unknown]>([
    ['base64', hmac('body', 'base64'), accepted],
    ['base64', hmac('body', 'base64').replaceAll('=', ''), accepted],
    ['base64', hmac('body', 'base64url'), hmac('body', 'base64url').includes('-') ? refused : accepted],
    ['base64', `${hmac('body', 'base64').slice(0, 20)} ${hmac('body', 'base64').slice(20)}`, refused],
    ['base64url', hmac('body', 'base64url'), accepted],
    ['base64url', `${hmac('body', 'base64url')}=`, accepted],
  ])('in %s: %s', (encoding, signature, verdict) => {
    expect(verify({ ...plain, encoding }, { headers: { 'x-signature': signature }, body: 'body' })).toEqual(
      verdict,
    );
  });

  it.each(['hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const)('by %s', (algorithm) => {
    const signature = hmac('body', 'hex', algorithm.slice(5));
    expect(verify({ ...plain, algorithm }, { headers: { 'x-signature': signature }, body: 'body' })).toEqual(
      accepted,
    );
  });

  it('covers the bytes, not a text', () => {
    const body = Buffer.from([0xff, 0x00, 0xfe, 0x0d, 0x0a]);
    expect(verify(plain, { headers: { 'x-signature': hmac(body) }, body })).toEqual(accepted);
    expect(verify(plain, { headers: { 'x-signature': hmac(body) }, body: body.toString('utf8') })).toEqual(
      refused,
    );
  });
});

describe('a header with elements', () => {
  const scheme: SignatureScheme = {
    ...plain,
    grammar: { separator: ',', signature_prefix: 'v1=', timestamp_prefix: 't=' },
    signed: '{timestamp}.{body}',
  };
  const now = String(NOW / 1000);
  const right = `v1=${hmac(`${now}.body`)}`;
  const bogus = `v1=${'0'.repeat(64)}`;

  it.each<[string, unknown]>([
    [`t=${now},${right}`, accepted],
    [`${right},t=${now}`, accepted],
    [` t=${now} , ${bogus} ,v0=1, ${right}, scheme=x`, accepted],
    [`t=${now},${bogus}`, refused],
    [`t=${now},v1=`, refused],
    [`t=${now}`, refused],
    [right, missing],
    [`t=${now},t=${now},${right}`, refused],
    [`t=,${right}`, refused],
    [`t=${now}0,${right}`, refused],
    [`t=${now},${`${bogus},`.repeat(31)}${right}`, refused],
    [',', refused],
    ['', missing],
  ])('%s', (header, verdict) => {
    expect(verify(scheme, { headers: { 'x-signature': header }, body: 'body' })).toEqual(verdict);
  });

  it('is held to the tolerance on both sides, by a signature that is right', () => {
    for (const [offset, verdict] of [
      [-301, untimely],
      [-300, accepted],
      [300, accepted],
      [301, untimely],
    ] as const) {
      const time = String(NOW / 1000 + offset);
      const header = `t=${time},v1=${hmac(`${time}.body`)}`;
      expect(verify(scheme, { headers: { 'x-signature': header }, body: 'body' })).toEqual(verdict);
    }
  });

  it('refuses a timestamp that is signed but is none', () => {
    const header = `t=today,v1=${hmac('today.body')}`;
    expect(verify(scheme, { headers: { 'x-signature': header }, body: 'body' })).toEqual(untimely);
  });
});

describe('headers beside the signature', () => {
  const scheme: SignatureScheme = {
    ...plain,
    signed: '{id}.{timestamp}.{header:X-More}.{body}',
    id_header: 'x-id',
    timestamp_header: 'x-time',
    timestamp_format: 'iso8601',
  };
  const time = '2026-01-01T00:00:00Z';
  const right: Record<string, string> = {
    'x-signature': hmac(Buffer.from(`é.${time}.more.body`, 'latin1')),
    'x-id': 'é',
    'x-time': time,
    'x-more': 'more',
  };

  it('are signed as their bytes', () => {
    expect(verify(scheme, { headers: right, body: 'body' })).toEqual(accepted);
  });

  it.each(['x-signature', 'x-id', 'x-time', 'x-more'])(
    'are missed when %s is missing, and not believed twice',
    (name) => {
      const others = Object.entries(right).filter(([key]) => key !== name);
      expect(verify(scheme, { headers: others, body: 'body' })).toEqual(missing);
      const twice = [...Object.entries(right), [name.toUpperCase(), right[name]!] as [string, string]];
      expect(verify(scheme, { headers: twice, body: 'body' })).toMatchObject({ ok: false });
    },
  );
});

describe('keys', () => {
  const sign = (key: Buffer) => createHmac('sha256', key).update('body').digest('hex');
  const bytes = Buffer.from('0123456789abcdef0123');

  it.each<[SignatureScheme['key_encoding'], string | undefined, string, Buffer | undefined]>([
    ['utf8', undefined, 'schlüssel', Buffer.from('schlüssel')],
    ['hex', undefined, bytes.toString('hex'), bytes],
    ['base64', undefined, bytes.toString('base64'), bytes],
    ['base64', 'whsec_', `whsec_${bytes.toString('base64')}`, bytes],
    ['base64', 'whsec_', bytes.toString('base64').replaceAll('=', ''), bytes],
    ['hex', undefined, 'not hex', undefined],
    ['base64', undefined, 'not base64!', undefined],
  ])('in %s, prefix %s: %s', (encoding, prefix, secret, key) => {
    const scheme = {
      ...plain,
      key_encoding: encoding,
      ...(prefix === undefined ? {} : { key_prefix: prefix }),
    };
    const request = { headers: { 'x-signature': sign(key ?? Buffer.from(secret)) }, body: 'body' };
    expect(verify(scheme, request, secret)).toEqual(key ? accepted : refused);
  });

  it('that are nothing but their prefix let nobody in', () => {
    const scheme: SignatureScheme = { ...plain, key_encoding: 'base64', key_prefix: 'whsec_' };
    const request = { headers: { 'x-signature': sign(Buffer.alloc(0)) }, body: 'body' };
    expect(verify(scheme, request, 'whsec_')).toEqual(refused);
    expect(verify({ ...scheme, key_encoding: 'utf8' }, request, 'whsec_')).toEqual(refused);
  });

  it('that are broken do not keep the others from being tried', () => {
    const scheme: SignatureScheme = { ...plain, key_encoding: 'hex' };
    const secrets = [
      { id: 'broken', value: 'zz' },
      { id: 'right', value: bytes.toString('hex') },
    ];
    const prepared = prepareAuthentication([{ type: 'signature', scheme, secrets }]);
    const request = aRequest({ headers: { 'x-signature': sign(bytes) }, body: 'body' });
    expect(prepared.verify(request)).toEqual({ ok: true, used: ['right'] });
  });
});

describe('asymmetric signatures', () => {
  const pairs = {
    ed25519: generateKeyPairSync('ed25519'),
    'ecdsa-p256-sha256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    'rsa-sha256': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };
  const others = {
    p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
    small: generateKeyPairSync('rsa', { modulusLength: 1024 }),
  };
  const pem = (key: { export: (options: { format: 'pem'; type: 'spki' }) => string | Buffer }) =>
    key.export({ format: 'pem', type: 'spki' }) as string;

  describe.each(Object.entries(pairs))('%s', (algorithm, { publicKey, privateKey }) => {
    const scheme = { ...plain, algorithm, encoding: 'base64', key_encoding: 'pem' } as SignatureScheme;
    const signed = signRequest(scheme, {
      secret: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
      url: 'https://hooks.example.com/',
      body: 'body',
    });
    const request = { headers: signed.headers, body: 'body' };

    it('is accepted by its key, in PEM, base64 and hex', () => {
      const der = publicKey.export({ format: 'der', type: 'spki' });
      expect(verify(scheme, request, pem(publicKey))).toEqual(accepted);
      expect(verify({ ...scheme, key_encoding: 'base64' }, request, der.toString('base64'))).toEqual(
        accepted,
      );
      expect(verify({ ...scheme, key_encoding: 'hex' }, request, der.toString('hex'))).toEqual(accepted);
    });

    it('is refused over another body, a broken signature and any other key', () => {
      expect(verify(scheme, { ...request, body: 'Body' }, pem(publicKey))).toEqual(refused);
      for (const signature of [
        'AAAA',
        'MAAA',
        Buffer.alloc(64).toString('base64'),
        Buffer.alloc(256, 1).toString('base64'),
      ])
        expect(
          verify(scheme, { headers: { 'x-signature': signature }, body: 'body' }, pem(publicKey)),
        ).toEqual(refused);
      for (const other of [
        ...Object.values(pairs).map((pair) => pair.publicKey),
        others.p384,
        others.small.publicKey,
      ])
        if (other !== publicKey) expect(verify(scheme, request, pem(other))).toEqual(refused);
      expect(verify(scheme, request, 'no key')).toEqual(refused);
    });
  });

  it("are what Standard Webhooks calls v1a, by a scheme of one's own", () => {
    const { publicKey, privateKey } = pairs.ed25519;
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const scheme: SignatureScheme = {
      algorithm: 'ed25519',
      encoding: 'base64',
      header: 'webhook-signature',
      grammar: { separator: ' ', signature_prefix: 'v1a,' },
      signed: '{id}.{timestamp}.{body}',
      id_header: 'webhook-id',
      timestamp_header: 'webhook-timestamp',
      key_encoding: 'base64',
      key_prefix: 'whpk_',
    };
    const secret = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    const signed = signRequest(scheme, { secret, url: 'https://a.example/', body: 'body', now: NOW });
    const header = signed.headers['webhook-signature']!;
    const headers = { ...signed.headers, 'webhook-signature': `v1,AAAA ${header}` };
    expect(verify(scheme, { headers, body: 'body' }, `whpk_${raw.toString('base64')}`)).toEqual(accepted);
  });

  it('refuses RSA keys that are too short to trust', () => {
    const scheme: SignatureScheme = { ...plain, algorithm: 'rsa-sha256', key_encoding: 'pem' };
    const { publicKey, privateKey } = others.small;
    const secret = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    const signed = signRequest(scheme, { secret, url: 'https://a.example/', body: 'body' });
    expect(verify(scheme, { headers: signed.headers, body: 'body' }, pem(publicKey))).toEqual(refused);
  });
});

describe('a digest of the body in the URL', () => {
  const entry = { type: 'signature' as const, preset: 'twilio', secrets: [{ id: 's', value: SECRET }] };
  const { verify: ask } = prepareAuthentication([entry]);
  const url = 'https://hooks.example.com/hooks/slug';
  const sign = (contentType: string | undefined, body: string) =>
    signRequest('twilio', {
      secret: SECRET,
      url,
      body,
      ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
    });

  it('is required of every body that is no form', () => {
    const bare = receive(sign('application/json', ''), NOW);
    expect(ask(bare)).toEqual(accepted);
    expect(ask({ ...bare, body: Buffer.from('{}') })).toEqual(refused);
    const json = receive(sign('application/json', '{"a":1}'), NOW);
    expect(ask(json)).toEqual(accepted);
    expect(ask({ ...json, body: Buffer.from('{"a":2}') })).toEqual(refused);
    expect(ask({ ...json, query: `${json.query}&${json.query}` })).toEqual(refused);
    expect(ask({ ...json, query: 'bodySHA256=x' })).toEqual(refused);
  });

  it('is not needed for a form, whose fields are signed', () => {
    const form = receive(sign('application/x-www-form-urlencoded', 'a=1&b=2'), NOW);
    expect(ask(form)).toEqual(accepted);
    expect(ask({ ...form, body: Buffer.from('b=2&a=1') })).toEqual(accepted);
    expect(ask({ ...form, body: Buffer.from('a=1&b=3') })).toEqual(refused);
    expect(
      ask({
        ...form,
        rawHeaders: form.rawHeaders.map((text) => text.replace('x-www-form-urlencoded', 'json')),
      }),
    ).toEqual(refused);
  });
});

describe('a signature in the body', () => {
  const { verify: ask } = prepareAuthentication([
    { type: 'signature', preset: 'mailgun', secrets: [{ id: 's', value: SECRET }] },
  ]);
  const body = (changes: object) => {
    const signature = { token: 'abc', timestamp: String(NOW / 1000), ...changes };
    return JSON.stringify({
      signature: { signature: hmac(`${signature.timestamp}${signature.token}`), ...signature },
    });
  };

  it.each<[string, string, unknown]>([
    ['right', body({}), accepted],
    ['a timestamp as a number', body({ timestamp: NOW / 1000 }), accepted],
    ['another token', body({ signature: hmac(`${NOW / 1000}abd`) }), refused],
    ['no token', body({ token: undefined }), missing],
    ['no timestamp', body({ timestamp: undefined }), missing],
    ['old', body({ timestamp: NOW / 1000 - 43_201 }), untimely],
    ['no text', body({ signature: [] }), missing],
    ['no hex', body({ signature: 'x' }), refused],
    ['not JSON', '{', missing],
    ['empty', '', missing],
  ])('%s', (_, text, verdict) => {
    expect(ask(aRequest({ body: text }))).toEqual(verdict);
  });
});

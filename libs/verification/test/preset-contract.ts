import { describe, expect, it } from '@jest/globals';
import { prepareAuthentication } from '../src/authentication.ts';
import type { AuthenticationOptions } from '../src/authentication.ts';
import { presets } from '../src/presets/presets.ts';
import type { PresetName } from '../src/presets/presets.ts';
import type { VerifiableRequest } from '../src/request.ts';
import { signRequest } from '../src/sign-request.ts';
import type { SignedRequest } from '../src/sign-request.ts';
import type { Verdict } from '../src/verdict.ts';

/** A request that a vendor has signed, and the secret it is verified with. */
export interface Vector {
  secret: string;
  headers: Record<string, string>;
  body: string;
  method?: string;
  url?: string;
  /** When it arrives; ISO 8601. */
  at?: string;
}

export interface ContractOptions extends AuthenticationOptions {
  vectors: Record<string, Vector>;
  /** A secret of the same kind that did not sign. */
  otherSecret?: string;
  /** What signs, where it is not the secret, and what it is verified with, where it is not the vector's secret. */
  signing?: { secret: string; verifiedWith?: string };
  /** Whether a change of the body is noticed. */
  coversBody?: boolean;
  /** A body to sign, where not any will do. */
  body?: string;
}

const URL_OF_WEBHOOK = 'https://hooks.example.com/hooks/slug?a=1';

/** What is true of every preset: its vectors are accepted, and nothing that differs from them. */
export function describePreset(name: PresetName, options: ContractOptions): void {
  const { vectors, otherSecret = 'another secret', coversBody = true } = options;
  const verify = (request: VerifiableRequest, ...secrets: string[]): Verdict | Promise<Verdict> =>
    prepareAuthentication(
      [
        {
          type: 'signature',
          preset: name,
          secrets: secrets.map((value, index) => ({ id: `s${index}`, value })),
        },
      ],
      options,
    ).verify(request);

  describe(`preset ${name}`, () => {
    it.each(Object.entries(vectors))('accepts the vector: %s', async (_, vector) => {
      expect(await verify(requestOf(vector), vector.secret)).toEqual({ ok: true, used: ['s0'] });
    });

    const vector = Object.values(vectors)[0]!;
    const request = requestOf(vector);

    it('accepts either of two secrets, and says which', async () => {
      expect(await verify(request, vector.secret, otherSecret)).toEqual({ ok: true, used: ['s0'] });
      expect(await verify(request, otherSecret, vector.secret)).toEqual({ ok: true, used: ['s1'] });
    });

    it('refuses another secret, and no secret', async () => {
      expect(await verify(request, otherSecret)).toMatchObject({ ok: false });
      expect(await verify(request)).toMatchObject({ ok: false });
      expect(await verify(request, '')).toMatchObject({ ok: false });
    });

    it('refuses with 401 a request without a signature', async () => {
      const bare = { ...request, rawHeaders: [], body: Buffer.from('{}') };
      expect(await verify(bare, vector.secret)).toMatchObject({
        ok: false,
        status: 401,
        cause: 'credentials_missing',
      });
    });

    if (coversBody) {
      it('refuses a body of which a byte differs', async () => {
        for (let index = 0; index < request.body.length; index += 1 + Math.floor(request.body.length / 20)) {
          const body = Buffer.from(request.body);
          body[index]! ^= 1;
          expect(await verify({ ...request, body }, vector.secret)).toMatchObject({ ok: false });
        }
        const longer = Buffer.concat([request.body, Buffer.from(' x')]);
        expect(await verify({ ...request, body: longer }, vector.secret)).toMatchObject({ ok: false });
      });
    }

    it('refuses a header of which a character differs', async () => {
      for (const [index, value] of request.rawHeaders.entries()) {
        if (index % 2 === 0 || /^(?:content-type|x-amz-)/i.test(request.rawHeaders[index - 1]!)) continue;
        for (const changed of changesOf(value)) {
          const rawHeaders = request.rawHeaders.with(index, changed);
          expect(await verify({ ...request, rawHeaders }, vector.secret)).toMatchObject({ ok: false });
        }
      }
    });

    const tolerance = toleranceOf(name);
    if (tolerance !== undefined) {
      it.each([-1, 1])('holds the tolerance of its timestamp on either side (%d)', async (side) => {
        const within = request.nowMs + side * (tolerance * 1000 - 1000);
        const beyond = request.nowMs + side * (tolerance * 1000 + 1000);
        expect(await verify({ ...request, nowMs: within }, vector.secret)).toMatchObject({ ok: true });
        expect(await verify({ ...request, nowMs: beyond }, vector.secret)).toMatchObject({
          ok: false,
          status: 403,
          cause: 'timestamp',
        });
      });
    }

    it('accepts what signRequest signs', async () => {
      const signed = signRequest(name, {
        secret: options.signing?.secret ?? vector.secret,
        url: URL_OF_WEBHOOK,
        headers: { 'content-type': 'application/json' },
        body: options.body ?? '{"a": "\u00e9"}',
        now: request.nowMs,
      });
      const secret = options.signing?.verifiedWith ?? vector.secret;
      expect(await verify(receive(signed, request.nowMs), secret)).toEqual({ ok: true, used: ['s0'] });
    });
  });
}

/** A text with one character changed, at some places; the last is left, of which base64 ignores some bits. */
function changesOf(text: string): string[] {
  const last = text.replace(/=+$/, '').length - 1;
  const step = 1 + Math.floor(last / 20);
  const places = Array.from({ length: Math.ceil(last / step) }, (_, count) => count * step);
  return places.map((at) => text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1));
}

function toleranceOf(name: PresetName): number | undefined {
  const scheme: object = presets[name].scheme;
  return 'tolerance_seconds' in scheme ? Number(scheme.tolerance_seconds) : undefined;
}

/** A vector as the ingress sees it. */
export function requestOf({
  headers,
  body,
  method = 'POST',
  url = URL_OF_WEBHOOK,
  at,
}: Vector): VerifiableRequest {
  const nowMs = at === undefined ? Date.parse('2026-01-01T00:00:00Z') : Date.parse(at);
  return receive({ method, url, headers, body: Buffer.from(body) }, nowMs);
}

/** A signed request as the ingress sees it. */
export function receive({ method, url, headers, body }: SignedRequest, nowMs: number): VerifiableRequest {
  const { pathname, search } = new URL(url);
  return {
    method,
    url,
    path: pathname,
    query: search.slice(1),
    rawHeaders: Object.entries(headers).flat(),
    body,
    nowMs,
  };
}

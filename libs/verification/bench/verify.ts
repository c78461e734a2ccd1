import { randomBytes } from 'node:crypto';
import { presetNames, prepareAuthentication, prepareHandshakes, signRequest } from '../src/index.ts';
import type { AuthenticationEntry, VerifiableRequest } from '../src/index.ts';
import { isSnsScheme } from '../src/sns.ts';
import { presets } from '../src/presets/presets.ts';

/** Microseconds per call, the best of several rounds: what else runs on the machine only ever adds. */
function microseconds(call: () => unknown): number {
  for (let index = 0; index < 2000; index++) call();
  let best = Infinity;
  for (let round = 0; round < 10; round++) {
    const started = process.hrtime.bigint();
    for (let index = 0; index < 2000; index++) call();
    best = Math.min(best, Number(process.hrtime.bigint() - started) / 2000 / 1000);
  }
  return best;
}

const body = JSON.stringify({ padding: randomBytes(480).toString('hex'), webhookTimestamp: Date.now() });
const usual = Array.from({ length: 10 }, (_, index) => [`X-Header-${index}`, 'value']).flat();

function requestFor(preset: (typeof presetNames)[number], secret: string): VerifiableRequest {
  const {
    url,
    headers,
    body: bytes,
    method,
  } = signRequest(preset, { secret, url: 'https://hooks.example.com/hooks/slug', body });
  const rawHeaders = [...usual, ...Object.entries(headers).flat()];
  return {
    method,
    url,
    path: '/hooks/slug',
    query: new URL(url).search.slice(1),
    rawHeaders,
    body: bytes,
    nowMs: Date.now(),
  };
}

const rows: [string, number][] = [];
for (const preset of presetNames) {
  const { scheme } = presets[preset];
  if (isSnsScheme(scheme) || /^(?:ed|ec|rsa)/.test(scheme.algorithm)) continue;
  const secrets = ['c2VjcmV0IG9uZQ==', 'c2VjcmV0IHR3bw=='].map((value) => ({ id: value, value }));
  const request = requestFor(preset, secrets[0]!.value);
  const { verify } = prepareAuthentication([{ type: 'signature', preset, secrets }]);
  const verdict = verify(request);
  if (verdict instanceof Promise || !verdict.ok) throw new Error(`${preset} is refused`);
  rows.push([preset, microseconds(() => verify(request))]);
}

const request = requestFor('github', 'x');
const others: [string, AuthenticationEntry][] = [
  ['bearer', { type: 'bearer', keys: [{ id: 'a', value: 'k' }] }],
  ['basic', { type: 'basic', username: 'u', password: { id: 'a', value: 'k' } }],
];
for (const [name, entry] of others) {
  const { verify } = prepareAuthentication([entry]);
  const authorization = name === 'basic' ? 'Basic dTpr' : 'Bearer k';
  const shown = { ...request, rawHeaders: [...usual, 'authorization', authorization] };
  rows.push([name, microseconds(() => verify(shown))]);
}
const { checkAddress } = prepareAuthentication([
  { type: 'ip_allow_list', cidrs: ['10.0.0.0/8', '2001:db8::/32'] },
]);
rows.push(['ip_allow_list', microseconds(() => checkAddress('10.1.2.3'))]);
const { answer } = prepareHandshakes([]);
rows.push(['handshakes by default, of an event', microseconds(() => answer(request))]);
rows.push([
  'preparing a webhook',
  microseconds(() =>
    prepareAuthentication([{ type: 'signature', preset: 'github', secrets: [{ id: 'a', value: 'k' }] }]),
  ),
]);

console.log('µs per call, body of 1 KB, two secrets:');
for (const [name, value] of rows) console.log(`${value.toFixed(1).padStart(7)}  ${name}`);

import { randomInt } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { PyDict, PyFloat } from '@tributary/templating';
import type { Value } from '@tributary/templating';
import { decodeContent } from './content-encoding.ts';
import { bodyLimits } from './limits.ts';
import { parseBody } from './parse-body.ts';
import type { ParsedBody } from './parse-body.ts';

/*
 * "Parsing is total: any bytes give a body or a named failure, never an exception." Random bytes, and valid bodies that
 * were mutated, under the header they belong to and under others. FUZZ_SEED repeats a run.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 32));
const INPUTS = 100_000;

/** mulberry32: the same numbers for the same seed. */
function randomOf(state: number): (below: number) => number {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const samples: [contentType: string, body: string][] = [
  ['application/json', '{"a": [1, 1.0, -2e30, "x\\u00e9\\n", null, true], "b": {"c": 12345678901234567890}}'],
  [
    'application/cloudevents-batch+json; charset=utf-8',
    '[{"specversion":"1.0","id":"1","source":"/","type":"t"}]',
  ],
  ['application/x-www-form-urlencoded', 'a=1&b=x+y%20%C3%A9&a=2&=&&c'],
  ['application/x-www-form-urlencoded; charset=shift_jis', '%83%65=%83X&b=%'],
  [
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name="j"\r\n' +
      'Content-Type: application/json\r\n\r\n{"x": 1}\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="\\"x"; ' +
      "filename*=UTF-8''%C3%A9\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n",
  ],
  [
    'application/xml',
    '<?xml version="1.0" encoding="iso-8859-1"?><!DOCTYPE a [<!ENTITY x "y">]><a b="1&amp;"><!-- c --><d>text</d>' +
      '<d/><e><![CDATA[<&]]>&#65;</e></a>',
  ],
  ['application/soap+xml', '<s:Envelope xmlns:s="u"><s:Body><m:x xmlns:m="v">1</m:x></s:Body></s:Envelope>'],
  ['application/x-ndjson', '{"a":1}\n{"b":[2]}\r\n\n"x"\n'],
  ['text/plain; charset=utf-16', '\ufeffhello'],
  ['text/plain', 'plain text'],
];

const tokens = [
  ...[
    '--b',
    '\r\n',
    '--b--',
    '\r\n\r\n',
    ';',
    '"',
    '\\',
    '=',
    '&',
    '%',
    '%E9',
    '<a>',
    '</a>',
    '<![CDATA[',
    ']]>',
    '&x;',
  ],
  ...[
    '<!DOCTYPE',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    'null',
    '1e999',
    '-',
    '\0',
    '\u2028',
    '\ud83c\udf89',
    '\n',
    'name=',
  ],
  ...[
    'Content-Type: application/json',
    'Content-Transfer-Encoding: quoted-printable',
    '__proto__',
    'filename*=',
  ],
].map((token) => Buffer.from(token));

type Random = (below: number) => number;

function mutate(bytes: Buffer, random: Random): Buffer {
  let current = Buffer.from(bytes);
  for (let count = random(4); count > 0; count--) {
    const at = random(current.length + 1);
    const [before, after] = [current.subarray(0, at), current.subarray(at)];
    const change = random(7);
    if (change === 0) current = Buffer.from(before);
    else if (change === 1) current = Buffer.concat([before, after.subarray(random(8) + 1)]);
    else if (change === 2) current = Buffer.concat([before, tokens[random(tokens.length)]!, after]);
    else if (change === 3) current = Buffer.concat([before, current.subarray(random(at + 1), at), after]);
    else if (change === 4 && at < current.length) current[at] = random(256);
    else if (change === 5 && at < current.length) current[at] = current[at]! ^ (1 << random(8));
    else
      current = Buffer.concat([
        before,
        ...Array<Buffer>(random(300)).fill(tokens[random(tokens.length)]!),
        after,
      ]);
  }
  return current;
}

function randomBytes(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random(60) }, () => random(256)));
}

function inputOf(random: Random): { contentType: string | undefined; bytes: Buffer; parseXml: boolean } {
  const [ownType, body] = samples[random(samples.length)]!;
  const [otherType] = samples[random(samples.length)]!;
  const types = [
    ownType,
    ownType,
    ownType,
    otherType,
    undefined,
    mutate(Buffer.from(ownType), random).toString('latin1'),
  ];
  const bytes = random(8) === 0 ? randomBytes(random) : mutate(Buffer.from(body), random);
  return { contentType: types[random(types.length)], bytes, parseXml: random(5) > 0 };
}

/** Counts the values, and rejects what is no value of the template engine. */
function countValues(value: Value, depth = 0): number {
  if (depth > 600) throw new Error('too deep');
  if (Array.isArray(value))
    return value.reduce((sum: number, item: Value) => sum + countValues(item, depth + 1), 1);
  if (value instanceof PyDict)
    return [...value.map.values()].reduce((sum: number, item) => sum + countValues(item, depth + 1), 1);
  const isScalar = value === null || value instanceof PyFloat;
  if (!isScalar && !['string', 'number', 'bigint', 'boolean'].includes(typeof value))
    throw new Error('no value');
  return 1;
}

const problems = new Set([
  null,
  ...['malformed_json', 'malformed_multipart', 'malformed_xml', 'too_complex', 'unknown_charset', 'not_text'],
]);

/** What holds for every body. Plain conditions: `expect` would take longer than parsing. */
function faultOf(bytes: Buffer, body: ParsedBody): string | undefined {
  const { kind, value, form, text, encoding, problem } = body;
  if (!problems.has(problem)) return `unnamed problem ${String(problem)}`;
  if ((kind === 'text' || kind === 'binary') && (value !== text || form !== null))
    return 'an unparsed body is not its text';
  if (kind === 'binary' && encoding !== 'base64') return 'bytes without an encoding';
  if (encoding === 'base64' && !Buffer.from(text, 'base64').equals(bytes)) return 'base64 of other bytes';
  if ((kind === 'form' || kind === 'multipart') !== form instanceof PyDict)
    return 'a form without its fields';
  const isMalformed = problem?.startsWith('malformed_') === true && kind !== 'multipart';
  if ((isMalformed || problem === 'too_complex') && kind !== 'text' && kind !== 'binary')
    return 'malformed, yet parsed';
  // A file has four values of its own, and each field its place in `form`.
  if (countValues(value) > 8 * bytes.length + 2) return 'more values than bytes';
  return undefined;
}

it(`gives a body or a named problem for ${INPUTS} random and mutated inputs`, () => {
  console.log(`FUZZ_SEED=${seed}`);
  const random = randomOf(seed);
  const kinds = new Map<string, number>();
  for (let index = 0; index < INPUTS; index++) {
    const input = inputOf(random);
    const label = () =>
      `input ${index} of FUZZ_SEED=${seed}: ${JSON.stringify(input.contentType)} ${input.bytes.toString('base64')}`;
    let body: ParsedBody;
    try {
      body = parseBody(input);
    } catch (error) {
      throw new Error(label(), { cause: error });
    }
    const fault = faultOf(input.bytes, body);
    if (fault !== undefined) throw new Error(`${fault}, ${label()}`);
    const key = body.problem ?? body.kind;
    kinds.set(key, (kinds.get(key) ?? 0) + 1);
  }
  // The inputs reach every branch, the good ones as well as the bad ones.
  for (const kind of [
    'json',
    'form',
    'multipart',
    'xml',
    'malformed_json',
    'malformed_multipart',
    'malformed_xml',
  ])
    expect([kind, (kinds.get(kind) ?? 0) > INPUTS / 200]).toEqual([kind, true]);
}, 120_000);

it('decodes or refuses compressed bodies that were mutated', async () => {
  const random = randomOf(seed);
  const whole = gzipSync(Buffer.from('{"event": "model.refreshed"}'.repeat(50)));
  for (let index = 0; index < 2_000; index++) {
    const bytes = mutate(whole, random);
    const decoded = await decodeContent(bytes, ['gzip', 'deflate', 'br'][random(3)], 4_096);
    if (decoded.ok) expect(decoded.bytes.length).toBeLessThanOrEqual(4_096);
    else expect(['too_large', 'malformed']).toContain(decoded.reason);
  }
}, 120_000);

it('knows the bounds that it names', () => {
  const form = (fields: number) =>
    parseBody({
      contentType: 'application/x-www-form-urlencoded',
      bytes: Buffer.from('a=1&'.repeat(fields - 1) + 'a=1'),
    });
  expect(form(bodyLimits.formFields)).toMatchObject({ kind: 'form', problem: null });
  expect(form(bodyLimits.formFields + 1)).toMatchObject({ kind: 'text', problem: 'too_complex' });
});

/** Headers that only hops between caller and us add: proxies, load balancers, meshes and tracers. */
const HOPS = new Set([
  'via',
  'forwarded',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cdn-loop',
  'traceparent',
  'tracestate',
  'baggage',
  'b3',
  'uber-trace-id',
  'sentry-trace',
  'x-request-start',
  'x-queue-start',
]);
const HOP_PREFIXES = [
  'x-forwarded',
  'x-original-',
  'x-b3-',
  'x-cloud-trace',
  'x-envoy',
  'x-prefect',
  'x-amzn-',
  'x-amz-cf-',
  'x-appengine-',
  'x-arr-',
  'x-azure-',
  'x-datadog-',
  'x-vercel-',
  'cf-',
  'fastly-',
  'fly-',
];

/**
 * Names that say that the value is, or proves, a secret: cookies, credentials, signatures, keys and tokens. A word counts
 * when it stands alone between hyphens (`x-api-key`, not `x-keyboard`).
 */
const SECRET =
  /(?:^|[-_])(?:cookie2?|authorization|authentication|auth|authtoken|key|token|secret|password|passwd|passphrase|credentials?|session|sessionid|sid|jwt|dpop|hmac|sig|csrf|xsrf)(?:[-_]|$)|signature|api[-_]?key|accesskey|accesstoken|secretkey/;
/** Named like a key, but nobody's secret. */
const HARMLESS = new Set(['idempotency-key']);

/** Names in lower case of the headers that hold a webhook's own keys and signatures. */
export interface SecretHeaders {
  key_headers: readonly string[];
  signature_headers: readonly string[];
}

/**
 * The headers of a request as they are stored unasked, in a default payload or a failed event: names in lower case,
 * values of a repeated one joined by `, `; without what could open a door or proves a key, and without what proxies add. Prefect leaves
 * out a part of these (`server/utilities/http.py`).
 */
export function storedHeaders(
  headers: readonly (readonly [name: string, value: string])[],
  { key_headers: keys, signature_headers: signatures }: SecretHeaders,
): Record<string, string> {
  const stored: Record<string, string> = {};
  for (const [sent, value] of headers) {
    const name = sent.toLowerCase();
    if (!isStored(name) || keys.includes(name) || signatures.includes(name)) continue;
    const known = Object.hasOwn(stored, name) ? stored[name] : undefined;
    // Assigning would not make a property of this one name (ECMAScript B.2.2.1); no vendor uses it.
    if (name !== '__proto__') stored[name] = known === undefined ? value : `${known}, ${value}`;
  }
  return stored;
}

/** Bounded: names come from callers. */
const verdicts = new Map<string, boolean>();
const MAX_VERDICTS = 10_000;

function isStored(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const stored =
    !HOPS.has(name) &&
    !HOP_PREFIXES.some((prefix) => name.startsWith(prefix)) &&
    (HARMLESS.has(name) || !SECRET.test(name));
  if (verdicts.size >= MAX_VERDICTS) verdicts.clear();
  verdicts.set(name, stored);
  return stored;
}

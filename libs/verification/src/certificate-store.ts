import { X509Certificate } from 'node:crypto';

/** Fetches a certificate in PEM; rejects when it cannot, and when the signal says to stop. */
export type FetchCertificate = (url: string, signal: AbortSignal) => Promise<string>;

export interface CertificateStoreOptions {
  fetch: FetchCertificate;
  /** How long a fetch may take. */
  timeoutMs?: number;
  /** How long a certificate is used before it is fetched again. */
  keepMs?: number;
  /** How long a URL that failed is not tried again. */
  retryMs?: number;
  /** How many URLs are remembered. */
  maxEntries?: number;
  /** How many fetches go on at once; past it, an unknown certificate counts as not to be had. */
  maxFetches?: number;
  now?: () => number;
}

/** Certificates by URL, shared by all webhooks. */
export interface CertificateStore {
  /** The certificate, at once where it is known; undefined when it is not to be had. Never rejects. */
  get: (url: string) => X509Certificate | undefined | Promise<X509Certificate | undefined>;
}

interface Entry {
  certificate: X509Certificate | undefined;
  until: number;
}

/**
 * A store that is bounded in everything a sender could make it spend. Which URLs may be asked for is up to its user: it
 * fetches what it is told to.
 */
export function createCertificateStore({
  fetch,
  timeoutMs = 3000,
  keepMs = 24 * 3_600_000,
  retryMs = 60_000,
  maxEntries = 64,
  maxFetches = 4,
  now = Date.now,
}: CertificateStoreOptions): CertificateStore {
  const entries = new Map<string, Entry>();
  const fetches = new Map<string, Promise<X509Certificate | undefined>>();

  const remember = (url: string, certificate: X509Certificate | undefined): void => {
    entries.delete(url);
    if (entries.size >= maxEntries) entries.delete(entries.keys().next().value!);
    entries.set(url, { certificate, until: now() + (certificate ? keepMs : retryMs) });
  };

  const load = async (url: string): Promise<X509Certificate | undefined> => {
    const certificate = await fetchCertificate(fetch, url, timeoutMs);
    remember(url, certificate);
    fetches.delete(url);
    return certificate;
  };

  return {
    get: (url) => {
      const known = entries.get(url);
      if (known && known.until > now()) return known.certificate;
      const running = fetches.get(url);
      if (running) return running;
      if (fetches.size >= maxFetches) return undefined;
      const loading = load(url);
      fetches.set(url, loading);
      return loading;
    },
  };
}

async function fetchCertificate(
  fetch: FetchCertificate,
  url: string,
  timeoutMs: number,
): Promise<X509Certificate | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    const pem = await Promise.race([fetch(url, signal), late]);
    if (pem === undefined) return undefined;
    const certificate = new X509Certificate(pem);
    // A key that Node cannot read throws here, and not at every signature.
    return certificate.publicKey.type === 'public' ? certificate : undefined;
  } catch {
    // Not to be had is an answer: the signature is refused.
    return undefined;
  }
}

/** The longest certificate that is read. */
const MAX_BYTES = 16_384;

/** A fetcher over HTTPS for {@link createCertificateStore}: no redirects, and no more than 16 KiB. */
export async function fetchOverHttps(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal, redirect: 'error' });
  if (!response.ok || !response.body)
    throw new Error(`The certificate was answered with ${response.status}.`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error('The certificate is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

import { ipAllowList } from './address.ts';
import type { AddressCheck } from './address.ts';
import { refuseAlways } from './authenticator.ts';
import type { Authenticator } from './authenticator.ts';
import { basic } from './basic.ts';
import { bearer } from './bearer.ts';
import type { CertificateStore } from './certificate-store.ts';
import { presentedKey } from './presented-key.ts';
import { isPresetName, presets } from './presets/presets.ts';
import { viewRequest } from './request.ts';
import type { RequestView, VerifiableRequest } from './request.ts';
import type { SignatureScheme } from './scheme.ts';
import type { Secret } from './secret.ts';
import { prepareSignature } from './signature.ts';
import { isSnsScheme, prepareSns } from './sns.ts';
import { refusal, unusable } from './verdict.ts';
import type { Refusal, Verdict } from './verdict.ts';

/** One entry of a webhook's authentication, its secrets in clear. */
export type AuthenticationEntry =
  | { type: 'basic'; username: string; password: Secret }
  | { type: 'bearer'; keys: readonly Secret[] }
  | { type: 'api_key'; in: 'header' | 'query'; name: string; keys: readonly Secret[] }
  | { type: 'signature'; preset: string; secrets: readonly Secret[] }
  | { type: 'signature'; scheme: SignatureScheme | Record<string, unknown>; secrets: readonly Secret[] }
  | { type: 'ip_allow_list'; cidrs: readonly string[] }
  /** What the reader of a record did not understand. */
  | { type: 'unknown' };

/** A webhook's authentication, ready for requests. */
export interface PreparedAuthentication {
  /** Whether an address may call at all; asked before anything is spent on the request. */
  checkAddress: (address: string) => Refusal | undefined;
  /** All other entries have to pass, in their order; the first refusal is the answer. A promise only where a certificate is fetched. */
  verify: (request: VerifiableRequest) => Verdict | Promise<Verdict>;
  /** Headers, in lower case, to cut before a request is kept. */
  credentialHeaders: ReadonlySet<string>;
  /** Query parameters to cut before a request is kept. */
  credentialQuery: ReadonlySet<string>;
}

export interface AuthenticationOptions {
  /** Where the certificates of signatures that need one come from; without it such signatures are refused. */
  certificates?: CertificateStore;
}

const unusableAddresses = refusal('address', unusable.message);

/**
 * Prepares the authentication of a webhook, once per version of it. Never throws: an entry that is not understood
 * (unknown type or preset, broken scheme, missing part) becomes one that refuses everything.
 */
export function prepareAuthentication(
  entries: readonly AuthenticationEntry[],
  options: AuthenticationOptions = {},
): PreparedAuthentication {
  const addressChecks: AddressCheck[] = [];
  const authenticators: Authenticator[] = [];
  for (const entry of Array.isArray(entries) ? entries : [undefined as never]) {
    if (entry?.type === 'ip_allow_list') addressChecks.push(prepareAddresses(entry.cidrs));
    else authenticators.push(prepareEntry(entry, options));
  }
  return {
    checkAddress: (address) => firstRefusal(addressChecks, address),
    verify: (request) => verifyAll(authenticators, viewRequest(request)),
    credentialHeaders: new Set([
      'authorization',
      ...authenticators.flatMap(({ credentialHeaders = [] }) => credentialHeaders),
    ]),
    credentialQuery: new Set(authenticators.flatMap(({ credentialQuery = [] }) => credentialQuery)),
  };
}

function prepareAddresses(cidrs: readonly string[]): AddressCheck {
  const isList = Array.isArray(cidrs) && cidrs.every((cidr) => typeof cidr === 'string');
  return isList ? ipAllowList(cidrs) : () => unusableAddresses;
}

function prepareEntry(entry: AuthenticationEntry, options: AuthenticationOptions): Authenticator {
  try {
    return authenticatorOf(entry, options) ?? refuseAlways(unusable);
  } catch {
    // A record of another version, or a damaged one: closed, and the ingress goes on.
    return refuseAlways(unusable);
  }
}

function authenticatorOf(
  entry: AuthenticationEntry,
  options: AuthenticationOptions,
): Authenticator | undefined {
  switch (entry.type) {
    case 'basic':
      return basic(entry.username, entry.password);
    case 'bearer':
      return bearer(entry.keys);
    case 'api_key':
      if (entry.in !== 'header' && entry.in !== 'query') return undefined;
      return presentedKey({ in: entry.in, name: entry.name, secrets: entry.keys });
    case 'signature':
      return 'scheme' in entry
        ? prepareSignature(entry.scheme, entry.secrets)
        : presetAuthenticator(entry.preset, entry.secrets, options);
    default:
      return undefined;
  }
}

/** What fetches certificates is for presets alone: no scheme of a user's gets there. */
function presetAuthenticator(
  preset: string,
  secrets: readonly Secret[],
  options: AuthenticationOptions,
): Authenticator | undefined {
  if (!isPresetName(preset)) return undefined;
  const { scheme } = presets[preset];
  return isSnsScheme(scheme) ? prepareSns(scheme, secrets, options) : prepareSignature(scheme, secrets);
}

function firstRefusal(checks: readonly AddressCheck[], address: string): Refusal | undefined {
  for (const check of checks) {
    const refused = check(address);
    if (refused) return refused;
  }
  return undefined;
}

function verifyAll(authenticators: readonly Authenticator[], view: RequestView): Verdict | Promise<Verdict> {
  const used: string[] = [];
  for (const [index, authenticator] of authenticators.entries()) {
    const verdict = authenticator.verify(view);
    if (verdict instanceof Promise)
      return verifyRest(verdict, authenticators.slice(index + 1), { view, used });
    if (!verdict.ok) return verdict;
    used.push(...verdict.used);
  }
  return { ok: true, used };
}

async function verifyRest(
  pending: Promise<Verdict>,
  rest: readonly Authenticator[],
  { view, used }: { view: RequestView; used: string[] },
): Promise<Verdict> {
  const verdict = await pending;
  if (!verdict.ok) return verdict;
  const others = await verifyAll(rest, view);
  return others.ok ? { ok: true, used: [...used, ...verdict.used, ...others.used] } : others;
}

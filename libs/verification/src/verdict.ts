/**
 * Why a request is refused. `credentials_missing` also stands for a signature that is not there, `internal` for a check
 * that could not be made: nobody is let in, and the sender may try again.
 */
export type RefusalCause =
  'credentials_missing' | 'credentials' | 'signature' | 'timestamp' | 'address' | 'internal';

/** A request that is not let in, and the HTTP status that says so. The message holds nothing of any secret. */
export interface Refusal {
  ok: false;
  status: 401 | 403 | 503;
  cause: RefusalCause;
  message: string;
}

/** A request that is let in, with the ids of the secrets that matched. */
export interface Acceptance {
  ok: true;
  used: string[];
}

export type Verdict = Acceptance | Refusal;

/** 401 for what is missing and for a wrong key or password, 403 for a signature, timestamp or address that is refused. */
const statusOf: Record<RefusalCause, Refusal['status']> = {
  credentials_missing: 401,
  credentials: 401,
  signature: 403,
  timestamp: 403,
  address: 403,
  internal: 503,
};

/** Of an entry that no request can satisfy: it is not understood, or none of its secrets can be read. */
export const unusable = refusal(
  'credentials',
  "The webhook's authentication is not usable; its configuration has to be mended.",
);

export function refusal(cause: RefusalCause, message: string): Refusal {
  return Object.freeze({ ok: false, status: statusOf[cause], cause, message });
}

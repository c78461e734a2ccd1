import type { RequestView } from './request.ts';
import type { Refusal, Verdict } from './verdict.ts';

/** One entry of a webhook's authentication, prepared: everything that does not depend on the request is done. */
export interface Authenticator {
  verify: (view: RequestView) => Verdict | Promise<Verdict>;
  /** Headers, in lower case, that hold a credential. */
  credentialHeaders?: readonly string[];
  /** Query parameters that hold a credential. */
  credentialQuery?: readonly string[];
}

/** What stands in for an entry that cannot be understood: nobody gets in until it is mended. */
export function refuseAlways(refusal: Refusal): Authenticator {
  return { verify: () => refusal };
}

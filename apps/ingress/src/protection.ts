/** What of a webhook stands between a call and its acceptance. The lists are as its record has them, not read yet. */
export interface Protection {
  /** Entries are `authenticationRecord`s of libs/event-schemas. */
  authentication: readonly unknown[];
  serviceAccountId: string | null;
  /** Entries are `handshakeRecord`s. */
  handshakes: readonly unknown[];
}

/** Undefined: everyone may call, and the handshakes are those that are on by default. */
export function protectionOf(
  { authentication = [], handshakes = [] }: { authentication?: unknown; handshakes?: unknown },
  serviceAccountId: string | null,
): Protection | undefined {
  const protection = {
    // What is no list is nothing that could be left out in silence: the one entry that it makes refuses every call.
    authentication: Array.isArray(authentication) ? (authentication as unknown[]) : [authentication],
    serviceAccountId,
    handshakes: Array.isArray(handshakes) ? (handshakes as unknown[]) : [],
  };
  const isOpen = protection.authentication.length === 0 && serviceAccountId === null;
  return isOpen && protection.handshakes.length === 0 ? undefined : protection;
}

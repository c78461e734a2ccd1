import type { ActiveWebhook, AuthenticationRecord, HandshakeRecord } from '@tributary/event-schemas';

/** What of a webhook stands between a call and its acceptance, secrets encrypted, as its record has it. */
export interface Protection {
  authentication: readonly AuthenticationRecord[];
  serviceAccountId: string | null;
  handshakes: readonly HandshakeRecord[];
}

/** Undefined: everyone may call, and the handshakes are those that are on by default. */
export function protectionOf({
  authentication,
  service_account_id: serviceAccountId,
  handshakes,
}: Pick<ActiveWebhook, 'authentication' | 'service_account_id' | 'handshakes'>): Protection | undefined {
  if (authentication.length === 0 && serviceAccountId === null && handshakes.length === 0) return undefined;
  return { authentication, serviceAccountId, handshakes };
}

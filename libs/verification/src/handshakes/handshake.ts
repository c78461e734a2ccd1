/** Where a handshake finds a value: a query parameter, a header (in lower case), or a JSON pointer into the body. */
export type Place = { query: string } | { header: string } | { json: string };

/** One thing that has to hold of a request. */
export type Condition = Place &
  (
    | { equals: string }
    /** It has to match, and is known to the answer by this name. */
    | {
        matches: RegExp;
        as: string;
        /** It has to be in the list that the webhook gives, if it gives one; else the handshake is refused. */
        among?: 'topics';
      }
    /** It has to be the secret that the webhook gives; else the handshake is refused. */
    | { equalsSecret: true }
  );

/** Who may bring about an answer. */
export type HandshakeAuthentication =
  /** Anybody who knows the URL. */
  | 'nobody is checked'
  /** Whoever shows the secret that the webhook gives; a condition of the record compares it. */
  | 'secret shown'
  /** Whoever signs with the secret that the webhook gives, by the preset of the same name. */
  | 'secret signs'
  /** Whoever passes the webhook's own authentication, which is asked before the answer is given. */
  | 'as any request';

/** A handshake as a vendor describes it, as a record. */
export interface Handshake {
  documentation: string;
  byDefault: boolean;
  authenticated: HandshakeAuthentication;
  /** The key under which a webhook gives the secret that the handshake needs. */
  secretKey?: 'verify_token' | 'secret';
  method: 'GET' | 'POST' | 'OPTIONS';
  when: readonly Condition[];
  /** `surface`: an event like any other, not answered specially. */
  answer: HandshakeAnswer | 'surface';
}

/**
 * Patterns with the names of conditions in braces. Known everywhere: `{hmac-hex}` and `{hmac-base64}`, the HMAC-SHA256 of
 * `{challenge}` under the secret; `{allowed-rate}` per minute or `*`; `{allowed-methods}`.
 */
export type HandshakeAnswer = { headers?: Record<string, string> } & (
  { text: string } | { json: Record<string, string> }
);

/** What may be echoed as text: printable ASCII, of a bounded length. */
export const PRINTABLE = /^[\x20-\x7e]{1,1024}$/;

/**
 * What may be signed at a sender's word. A vendor's challenges are such tokens; the messages that the same secret signs
 * (`v0:...`, JSON objects) are not, so that nobody can have one signed here.
 */
export const TOKEN = /^[A-Za-z0-9_+/=-]{1,256}$/;

/** Where a handshake finds a value: a query parameter, a header (in lower case), or a JSON pointer into the body. */
export type Place = { query: string } | { header: string } | { json: string };

/** One thing that has to hold of a request. */
export type Condition = Place &
  (
    | { equals: string }
    /** It has to match, and is known to the answer by this name. */
    | { matches: RegExp; as: string }
    /** It has to be one of the secrets that the webhook gives under this setting; else the handshake is refused. */
    | { secret: string }
    /** It has to be one of the texts that the webhook gives under this setting, where it gives any. */
    | { oneOf: string }
  );

/** Who may bring about an answer. */
export type HandshakeAuthentication =
  /** Anybody who knows the URL. */
  | 'nobody checked'
  /** Whoever knows a token that the webhook gives; the record's conditions check it. */
  | 'token'
  /** Whoever signs with the secret that the webhook gives, by a preset. */
  | { preset: 'zoom' }
  /** Whoever passes the webhook's own authentication; it is asked before the answer is given. */
  | 'webhook';

/** A handshake as a vendor describes it, as a record. */
export interface Handshake {
  documentation: string;
  byDefault: boolean;
  authenticated: HandshakeAuthentication;
  /** What a webhook has to give for it, in the object form. */
  settings?: Record<string, 'secret, required' | 'texts'>;
  method: 'GET' | 'POST' | 'OPTIONS';
  when: readonly Condition[];
  /** Values in braces come from the conditions. `surface`: an event like any other, not answered specially. */
  answer: HandshakeResponse | 'surface';
}

/** Patterns with the names of conditions in braces; `{hmac-hex}` and `{hmac-base64}` are the HMAC-SHA256 of `{challenge}`. */
export type HandshakeResponse = { headers?: Record<string, string> } & (
  { text: string } | { json: Record<string, string> }
);

/** What may be echoed as text: printable ASCII, of a bounded length. */
export const PRINTABLE = /^[\x20-\x7e]{1,1024}$/;

/**
 * What may be signed at a sender's word. A vendor's challenges are such tokens; the messages that the same secret signs
 * (`v0:...`, JSON) are not, so that nobody can have one signed here.
 */
export const TOKEN = /^[A-Za-z0-9_+/=-]{1,256}$/;

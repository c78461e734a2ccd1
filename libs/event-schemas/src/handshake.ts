import { z } from 'zod';
import { secretInput, secretRecord, shownSecret } from './secret.ts';

/** The handshakes that can be answered (libs/verification says how each goes). */
export const handshakeTypes = [
  'slack',
  'meta',
  'microsoft-graph',
  'event-grid',
  'cloudevents',
  'sns',
  'zoom',
  'dropbox',
  'x-crc',
  'websub',
] as const;

/** Those that take a secret: `meta` a `verify_token`, `zoom` its secret token, `x-crc` the consumer secret. */
const meta = <S extends z.ZodType>(secret: S) => ({ type: z.literal('meta'), verify_token: secret });
const zoom = <S extends z.ZodType>(secret: S) => ({ type: z.literal('zoom'), secret });
const xCrc = <S extends z.ZodType>(secret: S) => ({ type: z.literal('x-crc'), secret });

const withoutSecret = z.enum(handshakeTypes).exclude(['meta', 'zoom', 'x-crc'], {
  error: ({ input }) => {
    if (input === 'meta') return 'it takes a token: {"type": "meta", "verify_token": "..."}';
    if (input === 'zoom' || input === 'x-crc')
      return `it takes a secret: {"type": "${input}", "secret": "..."}`;
    return undefined;
  },
});
/** `enabled: false` turns off one that is on by default. */
const plain = {
  type: withoutSecret.exclude(['websub']),
  enabled: z.boolean().default(true),
};
/** `topics`: the only ones that are subscribed to; any, if absent. */
const websub = {
  type: z.literal('websub'),
  topics: z.array(z.string().min(1).max(2_048)).max(50).optional(),
};

/** A handshake as a user sends it: a name, or an object where it needs a secret or is to be turned off. */
export const handshakeInput = z.union([
  withoutSecret,
  z.discriminatedUnion('type', [
    z.strictObject(meta(secretInput)),
    z.strictObject(zoom(secretInput)),
    z.strictObject(xCrc(secretInput)),
    z.strictObject(websub),
    z.strictObject(plain),
  ]),
]);

/** A handshake as the API shows it. */
export const shownHandshake = z.union([
  withoutSecret,
  z.object(meta(shownSecret)),
  z.object(zoom(shownSecret)),
  z.object(xCrc(shownSecret)),
  z.object(websub),
  z.object(plain),
]);
export type ShownHandshake = z.output<typeof shownHandshake>;

/** A handshake on `tributary.webhooks`, always an object. One that a reader does not know is `unknown`: not answered. */
export const handshakeRecord = z.union([
  z.object(meta(secretRecord)),
  z.object(zoom(secretRecord)),
  z.object(xCrc(secretRecord)),
  z.object(websub),
  z.object(plain),
  z.unknown().transform(() => ({ type: 'unknown' as const })),
]);
export type HandshakeRecord = z.output<typeof handshakeRecord>;

import { z } from 'zod';
import { secretInput, secretRecord, shownSecret } from './secret.ts';

/** Bounds of what protects a webhook. */
export const authenticationLimits = {
  /** Entries, all of which must pass. */
  entries: 10,
  /** Keys of one entry: any of them opens. */
  keys: 20,
  /** Secrets of a signature: each costs a computation per call. */
  secrets: 5,
  cidrs: 200,
} as const;

/** RFC 9110, section 5.1: the name of a header. */
const headerName = z
  .string()
  .max(256)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'must be the name of a header' });

/** The keys of the `scheme` language are those of libs/verification; here it is any object. */
const scheme = z.record(z.string(), z.unknown());

/** A network in CIDR notation, or one address. */
const network = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], {
  error: 'must be a network such as 10.0.0.0/8 or 2001:db8::/32, or an address',
});

/** The fields of each kind of entry, given what stands for a secret: input, shown and kept differ in nothing else. */
const basic = <S extends z.ZodType>(secret: S) => ({
  type: z.literal('basic'),
  username: z
    .string()
    .max(1_024)
    // RFC 7617, section 2: the first colon ends the user's name.
    .refine((name) => !name.includes(':'), { error: 'must hold no colon' }),
  password: secret,
});
const bearer = <S extends z.ZodType>(secret: S) => ({
  type: z.literal('bearer'),
  keys: z.array(secret).min(1).max(authenticationLimits.keys),
});
const apiKey = <S extends z.ZodType>(secret: S) => ({
  type: z.literal('api_key'),
  in: z.enum(['header', 'query']),
  name: z.string().min(1).max(256),
  keys: z.array(secret).min(1).max(authenticationLimits.keys),
});
const secrets = <S extends z.ZodType>(secret: S) => z.array(secret).max(authenticationLimits.secrets);
const ipAllowList = {
  type: z.literal('ip_allow_list'),
  cidrs: z.array(network).min(1).max(authenticationLimits.cidrs),
};

/** An entry of `authentication` as a user sends it. */
export const authenticationInput = z.discriminatedUnion('type', [
  z.strictObject(basic(secretInput)),
  z.strictObject(bearer(secretInput)),
  z.strictObject(apiKey(secretInput)).superRefine(({ in: place, name }, context) => {
    if (place !== 'header' || headerName.safeParse(name).success) return;
    context.addIssue({ code: 'custom', path: ['name'], message: 'must be the name of a header' });
  }),
  z
    .strictObject({
      type: z.literal('signature'),
      preset: z.string().optional(),
      scheme: scheme.optional(),
      secrets: secrets(secretInput).min(1),
    })
    .superRefine(({ preset, scheme: described }, context) => {
      if ((preset === undefined) !== (described === undefined)) return;
      context.addIssue({
        code: 'custom',
        path: ['preset'],
        message: 'a signature names either a preset or a scheme',
      });
    }),
  z.strictObject(ipAllowList),
]);

/** An entry of `authentication` as the API shows it. */
export const shownAuthentication = z.union([
  z.object(basic(shownSecret)),
  z.object(bearer(shownSecret)),
  z.object(apiKey(shownSecret)),
  z.object({ type: z.literal('signature'), preset: z.string(), secrets: secrets(shownSecret) }),
  z.object({ type: z.literal('signature'), scheme, secrets: secrets(shownSecret) }),
  z.object(ipAllowList),
]);
export type ShownAuthentication = z.output<typeof shownAuthentication>;

/**
 * An entry of `authentication` on `tributary.webhooks`. What a reader does not understand (a type it has never heard of,
 * or a broken entry) becomes `unknown`, and must refuse every call: a protection is never left out in silence.
 */
export const authenticationRecord = z.union([
  z.object(basic(secretRecord)),
  z.object(bearer(secretRecord)),
  z.object(apiKey(secretRecord)),
  z.object({ type: z.literal('signature'), preset: z.string(), secrets: secrets(secretRecord) }),
  z.object({ type: z.literal('signature'), scheme, secrets: secrets(secretRecord) }),
  z.object(ipAllowList),
  z.unknown().transform(() => ({ type: 'unknown' as const })),
]);
export type AuthenticationRecord = z.output<typeof authenticationRecord>;

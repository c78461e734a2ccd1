/** Stands for the id of no topic. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';
/** Stands for operations that were not asked for. */
export const NO_OPERATIONS = -2147483648;

/** A range of versions such as `3+`, `0-9` or `4`. */
export type Versions = string;

export type Kind =
  'int8' | 'int16' | 'int32' | 'int64' | 'boolean' | 'uuid' | 'string' | 'bytes' | 'records' | 'array';

/** One field of a message: a line of data from which decoder, encoder and types derive. */
export interface Field<T = unknown, Optional extends boolean = boolean, E = unknown> {
  readonly kind: Kind;
  readonly versions: Versions;
  readonly nullable: Versions | undefined;
  readonly fallback: unknown;
  /** What an array holds: structures of these fields, or a primitive type. */
  readonly fields: Fields | undefined;
  readonly item: Field | undefined;
  /** These three carry types only: what it decodes to, whether it may be missing, what it encodes from. */
  readonly type?: T;
  readonly optional?: Optional;
  readonly encodable?: E;
}

export type Fields = Readonly<Record<string, Field>>;

interface Options<T> {
  /** What an absent field decodes to; a field that has one may be left out when encoding. */
  readonly default?: T;
  /** Versions in which the value may be null. */
  readonly nullable?: Versions;
}

type IsOptional<O> = O extends { readonly default: unknown } ? true : false;
type TypeOf<F> = F extends Field<infer T, boolean> ? T : never;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<unknown, true> ? K : never;
}[keyof F];

/** What a message decodes to. */
export type Decoded<F extends Fields> = { [K in keyof F]: TypeOf<F[K]> };
/** What encodes to a message: fields with a default may be missing, in nested structures too. */
export type Encodable<F extends Fields> = { [K in Exclude<keyof F, OptionalKeys<F>>]: EncodableOf<F[K]> } & {
  [K in OptionalKeys<F>]?: EncodableOf<F[K]>;
};
type EncodableOf<F> = F extends Field<unknown, boolean, infer E> ? E : never;

function make(kind: Kind, versions: Versions, options: Options<unknown> | undefined, fallback: unknown) {
  return {
    kind,
    versions,
    nullable: options?.nullable,
    fallback: options && 'default' in options ? options.default : fallback,
    fields: undefined as Fields | undefined,
    item: undefined as Field | undefined,
  };
}

function scalar<T>(kind: Kind, fallback: T) {
  return <O extends Options<T>>(versions: Versions, options?: O): Field<T, IsOptional<O>, T> =>
    make(kind, versions, options, fallback);
}

export const int8 = scalar<number>('int8', 0);
export const int16 = scalar<number>('int16', 0);
export const int32 = scalar<number>('int32', 0);
export const int64 = scalar<number>('int64', 0);
export const boolean = scalar<boolean>('boolean', false);
export const uuid = scalar<string>('uuid', NO_ID);
export const string = scalar<string>('string', '');
export const bytes = scalar<Buffer>('bytes', Buffer.alloc(0));

/** A string that may be null, in all versions unless `nullable` says otherwise. */
export function nullableString<O extends Options<string | null>>(
  versions: Versions,
  options?: O,
): Field<string | null, IsOptional<O>, string | null> {
  return make('string', versions, { nullable: '0+', ...options }, null);
}

/** Record batches: bytes that are neither copied nor looked into. A missing value is null. */
export function records(versions: Versions): Field<Buffer | null, false, Buffer | null> {
  return make('records', versions, { nullable: '0+' }, null);
}

/** What an array holds: structures, or a primitive type. */
type Item = Fields | ((versions: Versions) => Field);
type DecodedItem<I> = I extends Fields
  ? Decoded<I>
  : I extends (versions: Versions) => Field<infer T>
    ? T
    : never;
type EncodableItem<I> = I extends Fields ? Encodable<I> : DecodedItem<I>;

function array(versions: Versions, item: Item, options: Options<unknown> | undefined) {
  const held = typeof item === 'function' ? { item: item('0+') } : { fields: item };
  return { ...make('array', versions, options, []), ...held };
}

/** An array. */
export function list<I extends Item, O extends Options<[]>>(
  versions: Versions,
  item: I,
  options?: O,
): Field<DecodedItem<I>[], IsOptional<O>, readonly EncodableItem<I>[]> {
  return array(versions, item, options);
}

/** An array that may be left out when encoding, and is then empty. */
export function optionalList<I extends Item>(
  versions: Versions,
  item: I,
): Field<DecodedItem<I>[], true, readonly EncodableItem<I>[]> {
  return array(versions, item, { default: [] });
}

/** An array that may be null in the versions of `nullable` (all unless given). */
export function nullableList<I extends Item, O extends Options<[] | null>>(
  versions: Versions,
  item: I,
  options?: O,
): Field<DecodedItem<I>[] | null, IsOptional<O>, readonly EncodableItem<I>[] | null> {
  return array(versions, item, { default: null, nullable: '0+', ...options });
}

/** Partitions under the names of their topics, a shape that many messages have. */
export function partitionsByTopic<F extends Fields>(partition: F) {
  return list('0+', { name: string('0+'), partitions: list('0+', partition) });
}

/** What there is to say about an API besides its messages. */
export interface ApiFacts {
  readonly key: number;
  readonly name: string;
  /** Versions that are served. */
  readonly versions: Versions;
  /** First version with compact types and tagged fields (KIP-482), or undefined. */
  readonly flexible: number | undefined;
}

/** One API of the protocol. */
export interface Api<Q extends Fields = Fields, R extends Fields = Fields> extends ApiFacts {
  readonly request: Q;
  readonly response: R;
}

/** Declares an API. */
export function api<Q extends Fields, R extends Fields>(definition: {
  about: ApiFacts;
  request: Q;
  response: R;
}): Api<Q, R> {
  return { ...definition.about, request: definition.request, response: definition.response };
}

/** Lower and upper bound of a range of versions. */
export function versionRange(versions: Versions): { min: number; max: number } {
  const [min = '', max] = versions.replace('+', '-32767').split('-');
  return { min: Number(min), max: Number(max ?? min) };
}

/** Whether a range holds a version. */
export function hasVersion(versions: Versions | undefined, version: number): boolean {
  if (versions === undefined) return false;
  const { min, max } = versionRange(versions);
  return version >= min && version <= max;
}

/** Stands for the id of no topic. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';
/** Stands for operations that were not asked for. */
export const NO_OPERATIONS = -2147483648;

/** A range of versions such as `3+`, `0-9` or `4`. */
export type Versions = string;

export type Kind =
  'int8' | 'int16' | 'int32' | 'int64' | 'boolean' | 'uuid' | 'string' | 'bytes' | 'records' | 'array';

/** One field of a message: a line of data from which decoder, encoder and types derive. */
export interface Field<T = unknown, E = unknown> {
  readonly kind: Kind;
  readonly versions: Versions;
  /** Versions in which the value may be null. */
  readonly nullable: Versions | undefined;
  /** What an absent field decodes to, and what one that is left out is encoded as. */
  readonly fallback: unknown;
  /** What an array holds: structures of these fields, or a primitive type. */
  readonly fields?: Fields;
  readonly item?: Field;
  /** These two carry types only: what it decodes to, and what it encodes from. */
  readonly type?: T;
  readonly encodable?: E;
}

export type Fields = Readonly<Record<string, Field>>;

/** What a message decodes to. */
export type Decoded<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never };
/** What encodes to a message. Whatever is left out takes its default, as in Apache Kafka's own messages. */
export type Encodable<F extends Fields> = {
  [K in keyof F]?: F[K] extends Field<unknown, infer E> ? E : never;
};

/** An item of a list in a message that is to be encoded. */
export type ItemOf<L> = NonNullable<L> extends readonly (infer I)[] ? I : never;

function scalar<T>(kind: Kind, zero: T) {
  return (versions: Versions, fallback = zero): Field<T, T> => {
    return { kind, versions, nullable: undefined, fallback };
  };
}

export const int8 = scalar<number>('int8', 0);
export const int16 = scalar<number>('int16', 0);
export const int32 = scalar<number>('int32', 0);
export const int64 = scalar<number>('int64', 0);
export const boolean = scalar<boolean>('boolean', false);
export const uuid = scalar<string>('uuid', NO_ID);
export const string = scalar<string>('string', '');
export const bytes = scalar<Buffer>('bytes', Buffer.alloc(0));

function nullableScalar<T>(kind: Kind) {
  return (versions: Versions, nullable = '0+'): Field<T | null, T | null> => {
    return { kind, versions, nullable, fallback: null };
  };
}

/** A string that may be null, in all versions or those of `nullable`. */
export const nullableString = nullableScalar<string>('string');
/** Record batches: bytes that are neither copied nor looked into. */
export const records = nullableScalar<Buffer>('records');

/** What an array holds: structures, or a primitive type. */
type Item = Fields | ((versions: Versions) => Field);
type DecodedItem<I> = I extends Fields
  ? Decoded<I>
  : I extends (versions: Versions) => Field<infer T>
    ? T
    : never;
type EncodableItem<I> = I extends Fields ? Encodable<I> : DecodedItem<I>;

/** An array. */
export function list<I extends Item>(
  versions: Versions,
  item: I,
): Field<DecodedItem<I>[], readonly EncodableItem<I>[]> {
  const held = typeof item === 'function' ? { item: item('0+') } : { fields: item as Fields };
  return { kind: 'array', versions, nullable: undefined, fallback: [], ...held };
}

/** An array that may be null, in all versions or those of `nullable`. */
export function nullableList<I extends Item>(
  versions: Versions,
  item: I,
  nullable = '0+',
): Field<DecodedItem<I>[] | null, readonly EncodableItem<I>[] | null> {
  return { ...list(versions, item), nullable, fallback: null };
}

/** Partitions under the names of their topics, a shape that many messages have. */
export function partitionsByTopic<I extends Item>(partition: I) {
  return list('0+', { name: string('0+'), partitions: list('0+', partition) });
}

/** The same where topics go by their ids from a version on (KIP-516). */
export function partitionsByTopicId<I extends Item>(since: number, partition: I) {
  const [name, topicId] = [string(`0-${since - 1}`), uuid(`${since}+`)];
  return list('0+', { name, topicId, partitions: list('0+', partition) });
}

/** What there is to say about an API besides its messages. */
export interface ApiFacts {
  readonly key: number;
  readonly name: string;
  /** Versions that are served. */
  readonly versions: Versions;
  /** First version with compact types and tagged fields (KIP-482). */
  readonly flexible: number;
  /** Versions whose answers begin with the time that a client is throttled for, which is always 0 here. */
  readonly throttle?: Versions;
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
  const { about, request, response } = definition;
  const throttled = about.throttle ? { throttleTimeMs: int32(about.throttle) } : {};
  return { ...about, request, response: { ...throttled, ...response } };
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

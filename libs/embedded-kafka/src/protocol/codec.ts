import { hasVersion } from './schema.ts';
import type { Decoded, Encodable, Field, Fields } from './schema.ts';
import { ProtocolError, WireReader, WireWriter } from './wire.ts';

/** Decoder and encoder of one message in one version. */
export interface Codec<F extends Fields> {
  decode(reader: WireReader): Decoded<F>;
  encode(writer: WireWriter, value: Encodable<F>): void;
}

/** Reads and writes one value. */
interface Part {
  read(reader: WireReader): unknown;
  write(writer: WireWriter, value: never): void;
}

/** For which form of the protocol a part is made; `flexible` turns on compact lengths and tagged fields (KIP-482). */
interface Form {
  readonly version: number;
  readonly flexible: boolean;
}

/** Compiles the definition of a message to closures for one version. */
export function compile<F extends Fields>(fields: F, version: number, flexible: boolean): Codec<F> {
  const { read, write } = structPart(fields, { version, flexible });
  return {
    decode: read as (reader: WireReader) => Decoded<F>,
    encode: write as (writer: WireWriter, value: Encodable<F>) => void,
  };
}

function partOf(field: Field, form: Form): Part {
  const length = (plain: 'int16' | 'int32') =>
    lengthPart(form.flexible ? 'compact' : plain, hasVersion(field.nullable, form.version));
  switch (field.kind) {
    case 'string':
      return textPart(length('int16'));
    case 'bytes':
    case 'records':
      return bytesPart(length('int32'));
    case 'array':
      return arrayPart(partOf(field.item as Field, form), length('int32'));
    case 'struct':
      return structPart(field.fields ?? {}, form);
    default: {
      const { kind } = field;
      return { read: (r) => r[kind](), write: (w, value) => w[kind](value) };
    }
  }
}

interface LengthPart {
  /** A length, or -1 for null. */
  read(reader: WireReader): number;
  write(writer: WireWriter, size: number): void;
}

function lengthPart(form: 'compact' | 'int16' | 'int32', nullable: boolean): LengthPart {
  return {
    read: (r) => {
      const size = form === 'compact' ? r.unsignedVarint() - 1 : r[form]();
      if (size < -1 || (size === -1 && !nullable)) throw new ProtocolError(`a length of ${size}`);
      return size;
    },
    /* Null where the version knows none becomes an empty value, as in Apache Kafka's own downgrades. */
    write: (w, size) => {
      const length = size < 0 && !nullable ? 0 : size;
      if (form === 'compact') w.unsignedVarint(length + 1);
      else w[form](length);
    },
  };
}

function textPart(length: LengthPart): Part {
  return {
    read: (r) => {
      const size = length.read(r);
      return size < 0 ? null : r.text(size);
    },
    write: (w, value: string | null) => {
      const size = value === null ? -1 : Buffer.byteLength(value);
      length.write(w, size);
      if (value !== null && size > 0) w.text(value, size);
    },
  };
}

function bytesPart(length: LengthPart): Part {
  return {
    read: (r) => {
      const size = length.read(r);
      return size < 0 ? null : r.bytes(size);
    },
    write: (w, value: Buffer | null) => {
      length.write(w, value === null ? -1 : value.length);
      if (value !== null) w.bytes(value);
    },
  };
}

function arrayPart(item: Part, length: LengthPart): Part {
  return {
    read: (r) => {
      const size = length.read(r);
      if (size < 0) return null;
      /* No item is smaller than a byte: refusing here keeps a forged length from allocating anything. */
      if (size > r.remaining) throw new ProtocolError(`an array of ${size} items in ${r.remaining} bytes`);
      const items: unknown[] = [];
      for (let i = 0; i < size; i++) items.push(item.read(r));
      return items;
    },
    write: (w, value: readonly unknown[] | null) => {
      length.write(w, value === null ? -1 : value.length);
      for (const each of value ?? []) item.write(w, each as never);
    },
  };
}

type Struct = Record<string, unknown>;
type NamedPart = Part & { readonly name: string; readonly field: Field };

/** Plain fields stand in wire order; tagged ones, ordered by number, behind them. */
function structPart(fields: Fields, form: Form): Part {
  const all = Object.entries(fields);
  const parts = all
    .filter(([, field]) => hasVersion(field.versions, form.version))
    .map(([name, field]): NamedPart => ({ name, field, ...partOf(field, form) }));
  const plain = parts.filter(({ field }) => field.tag === undefined);
  const tagged = parts
    .filter(({ field }) => field.tag !== undefined)
    .sort((a, b) => Number(a.field.tag) - Number(b.field.tag));
  const absent = all.filter(([name]) => !plain.some((part) => part.name === name));
  return {
    read: (r) => {
      const value: Struct = {};
      for (const part of plain) value[part.name] = part.read(r);
      for (const [name, field] of absent) value[name] = field.fallback;
      if (form.flexible) readTags(r, tagged, value);
      return value;
    },
    write: (w, value: Struct) => {
      for (const { name, field, write } of plain) {
        write(w, (value[name] === undefined ? field.fallback : value[name]) as never);
      }
      if (form.flexible) writeTags(w, tagged, value);
    },
  };
}

/** Tags that are not known are passed over, as the protocol demands. */
function readTags(reader: WireReader, known: readonly NamedPart[], value: Struct): void {
  for (let left = reader.unsignedVarint(); left > 0; left--) {
    const tag = reader.unsignedVarint();
    const body = new WireReader(reader.bytes(reader.unsignedVarint()));
    const part = known.find(({ field }) => field.tag === tag);
    if (part) value[part.name] = part.read(body);
  }
}

function writeTags(writer: WireWriter, known: readonly NamedPart[], value: Struct): void {
  const given = known.filter(({ name, field }) => (value[name] ?? field.fallback) !== field.fallback);
  writer.unsignedVarint(given.length);
  for (const { name, field, write } of given) {
    const body = new WireWriter(64);
    write(body, value[name] as never);
    writer.unsignedVarint(Number(field.tag));
    writer.unsignedVarint(body.length);
    for (const chunk of body.finish()) writer.bytes(chunk);
  }
}

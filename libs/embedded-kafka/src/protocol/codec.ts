import { hasVersion } from './schema.ts';
import type { Decoded, Encodable, Field, Fields } from './schema.ts';
import type { WireReader, WireWriter } from './wire.ts';
import { ProtocolError } from './wire.ts';

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
      return arrayPart(itemPart(field, form), length('int32'));
    default: {
      const { kind } = field;
      return { read: (r) => r[kind](), write: (w, value) => w[kind](value) };
    }
  }
}

function itemPart({ item, fields }: Field, form: Form): Part {
  return item ? partOf(item, form) : structPart(fields ?? {}, form);
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
type NamedPart = Part & { readonly name: string; readonly fallback: unknown };

function structPart(fields: Fields, form: Form): Part {
  const parts: NamedPart[] = [];
  const absent: [string, unknown][] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (!hasVersion(field.versions, form.version)) absent.push([name, field.fallback]);
    else parts.push({ name, fallback: field.fallback, ...partOf(field, form) });
  }
  return {
    read: (r) => {
      const value: Struct = {};
      for (const part of parts) value[part.name] = part.read(r);
      for (const [name, fallback] of absent) value[name] = fallback;
      if (form.flexible) skipTags(r);
      return value;
    },
    write: (w, value: Struct) => {
      for (const { name, fallback, write } of parts) {
        write(w, (value[name] === undefined ? fallback : value[name]) as never);
      }
      if (form.flexible) w.unsignedVarint(0);
    },
  };
}

/** Passes over tagged fields (KIP-482): those that there are so far mean nothing to a single node. */
export function skipTags(reader: WireReader): void {
  for (let left = reader.unsignedVarint(); left > 0; left--) {
    reader.unsignedVarint();
    reader.skip(reader.unsignedVarint());
  }
}

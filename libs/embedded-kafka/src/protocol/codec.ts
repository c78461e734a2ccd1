import { hasVersion } from './schema.ts';
import type { Decoded, Encodable, Field, Fields } from './schema.ts';
import { ProtocolError, WireReader, WireWriter } from './wire.ts';

type Read = (reader: WireReader) => unknown;
type Write = (writer: WireWriter, value: never) => void;
type Struct = Record<string, unknown>;

/** Decoder and encoder of one message in one version. */
export interface Codec<F extends Fields> {
  decode(reader: WireReader): Decoded<F>;
  encode(writer: WireWriter, value: Encodable<F>): void;
}

/**
 * Compiles the definition of a message to closures for one version.
 * `flexible` turns on compact lengths and tagged fields (KIP-482).
 */
export function compile<F extends Fields>(fields: F, version: number, flexible: boolean): Codec<F> {
  return {
    decode: structReader(fields, version, flexible) as (reader: WireReader) => Decoded<F>,
    encode: structWriter(fields, version, flexible) as (writer: WireWriter, value: Encodable<F>) => void,
  };
}

/** The fields present in a version, plain ones in wire order and tagged ones by number. */
function present(fields: Fields, version: number): { plain: [string, Field][]; tagged: [string, Field][] } {
  const all = Object.entries(fields).filter(([, field]) => hasVersion(field.versions, version));
  return {
    plain: all.filter(([, field]) => field.tag === undefined),
    tagged: all
      .filter(([, field]) => field.tag !== undefined)
      .sort((a, b) => Number(a[1].tag) - Number(b[1].tag)),
  };
}

function structReader(fields: Fields, version: number, flexible: boolean): Read {
  const { plain, tagged } = present(fields, version);
  const names = plain.map(([name]) => name);
  const reads = plain.map(([, field]) => fieldReader(field, version, flexible));
  const tags = new Map(tagged.map(([name, f]) => [f.tag, { name, read: fieldReader(f, version, flexible) }]));
  const absent = Object.entries(fields).filter(([name]) => !names.includes(name));
  return (reader) => {
    const value: Struct = {};
    for (let i = 0; i < names.length; i++) value[names[i] as string] = (reads[i] as Read)(reader);
    for (const [name, field] of absent) value[name] = field.fallback;
    if (flexible) readTags(reader, (tag) => tags.get(tag), value);
    return value;
  };
}

function readTags(
  reader: WireReader,
  known: (tag: number) => { name: string; read: Read } | undefined,
  value: Struct,
): void {
  for (let left = reader.unsignedVarint(); left > 0; left--) {
    const tag = known(reader.unsignedVarint());
    const size = reader.unsignedVarint();
    const body = new WireReader(reader.bytes(size));
    if (tag) value[tag.name] = tag.read(body);
  }
}

function fieldReader(field: Field, version: number, flexible: boolean): Read {
  const nullable = hasVersion(field.nullable, version);
  switch (field.kind) {
    case 'int8':
      return (r) => r.int8();
    case 'int16':
      return (r) => r.int16();
    case 'int32':
      return (r) => r.int32();
    case 'int64':
      return (r) => r.int64();
    case 'boolean':
      return (r) => r.boolean();
    case 'uuid':
      return (r) => r.uuid();
    case 'struct':
      return structReader(field.fields ?? {}, version, flexible);
    case 'string': {
      const length = lengthReader(flexible ? 'compact' : 'int16', nullable);
      return (r) => {
        const size = length(r);
        return size < 0 ? null : r.text(size);
      };
    }
    case 'bytes':
    case 'records': {
      const length = lengthReader(flexible ? 'compact' : 'int32', nullable);
      return (r) => {
        const size = length(r);
        return size < 0 ? null : r.bytes(size);
      };
    }
    case 'array':
      return arrayReader(field, lengthReader(flexible ? 'compact' : 'int32', nullable), version, flexible);
  }
}

function arrayReader(
  field: Field,
  length: (r: WireReader) => number,
  version: number,
  flexible: boolean,
): Read {
  const read = fieldReader(field.item as Field, version, flexible);
  return (r) => {
    const size = length(r);
    if (size < 0) return null;
    /* No item is smaller than a byte: refusing here keeps a forged length from allocating anything. */
    if (size > r.remaining) throw new ProtocolError(`an array of ${size} items in ${r.remaining} bytes`);
    const items: unknown[] = [];
    for (let i = 0; i < size; i++) items.push(read(r));
    return items;
  };
}

function lengthReader(form: 'compact' | 'int16' | 'int32', nullable: boolean): (r: WireReader) => number {
  return (r) => {
    const size = form === 'compact' ? r.unsignedVarint() - 1 : form === 'int16' ? r.int16() : r.int32();
    if (size < -1 || (size === -1 && !nullable)) throw new ProtocolError(`a length of ${size}`);
    return size;
  };
}

function structWriter(fields: Fields, version: number, flexible: boolean): Write {
  const { plain, tagged } = present(fields, version);
  const names = plain.map(([name]) => name);
  const defaults = plain.map(([, field]) => field.fallback);
  const writes = plain.map(([, field]) => fieldWriter(field, version, flexible));
  const tags = tagged.map(([name, field]) => ({ name, field, write: fieldWriter(field, version, flexible) }));
  return (writer, value: Struct) => {
    for (let i = 0; i < names.length; i++) {
      const item = value[names[i] as string];
      (writes[i] as Write)(writer, (item === undefined ? defaults[i] : item) as never);
    }
    if (flexible) writeTags(writer, tags, value);
  };
}

function writeTags(
  writer: WireWriter,
  tags: { name: string; field: Field; write: Write }[],
  value: Struct,
): void {
  const given = tags.filter(({ name, field }) => value[name] !== undefined && value[name] !== field.fallback);
  writer.unsignedVarint(given.length);
  for (const { name, field, write } of given) {
    const body = new WireWriter(64);
    write(body, value[name] as never);
    writer.unsignedVarint(Number(field.tag));
    writer.unsignedVarint(body.length);
    for (const chunk of body.finish()) writer.bytes(chunk);
  }
}

function fieldWriter(field: Field, version: number, flexible: boolean): Write {
  const nullable = hasVersion(field.nullable, version);
  switch (field.kind) {
    case 'int8':
      return (w, value: number) => w.int8(value);
    case 'int16':
      return (w, value: number) => w.int16(value);
    case 'int32':
      return (w, value: number) => w.int32(value);
    case 'int64':
      return (w, value: number) => w.int64(value);
    case 'boolean':
      return (w, value: boolean) => w.boolean(value);
    case 'uuid':
      return (w, value: string) => w.uuid(value);
    case 'struct':
      return structWriter(field.fields ?? {}, version, flexible);
    case 'string': {
      const length = lengthWriter(flexible ? 'compact' : 'int16', nullable);
      return (w, value: string | null) => {
        const size = value === null ? -1 : Buffer.byteLength(value);
        length(w, size);
        if (value !== null && size > 0) w.text(value, size);
      };
    }
    case 'bytes':
    case 'records': {
      const length = lengthWriter(flexible ? 'compact' : 'int32', nullable);
      return (w, value: Buffer | null) => {
        length(w, value === null ? -1 : value.length);
        if (value !== null) w.bytes(value);
      };
    }
    case 'array':
      return arrayWriter(field, lengthWriter(flexible ? 'compact' : 'int32', nullable), version, flexible);
  }
}

function arrayWriter(
  field: Field,
  length: (w: WireWriter, size: number) => void,
  version: number,
  flexible: boolean,
): Write {
  const write = fieldWriter(field.item as Field, version, flexible);
  return (w, value: readonly unknown[] | null) => {
    length(w, value === null ? -1 : value.length);
    if (value !== null) for (const item of value) write(w, item as never);
  };
}

/** Null where the version knows none becomes an empty value, as in Apache Kafka's own downgrades. */
function lengthWriter(
  form: 'compact' | 'int16' | 'int32',
  nullable: boolean,
): (w: WireWriter, size: number) => void {
  return (w, size) => {
    const length = size < 0 && !nullable ? 0 : size;
    if (form === 'compact') w.unsignedVarint(length + 1);
    else if (form === 'int16') w.int16(length);
    else w.int32(length);
  };
}

import { describe, expect, it } from '@jest/globals';
import { apis, readHeader, readRequest, writeResponse } from './apis.ts';
import { readResponse, writeRequest } from '../../test/client-frames.ts';
import type { ApiName } from './apis.ts';
import { hasVersion, versionRange } from './schema.ts';
import type { Field, Fields } from './schema.ts';
import { ProtocolError, WireReader, WireWriter } from './wire.ts';

const cases = Object.entries(apis).flatMap(([name, { versions }]) => {
  const { min, max } = versionRange(versions);
  return Array.from({ length: max - min + 1 }, (_, i) => [name as ApiName, min + i] as const);
});

/** A value for every field that a version has, and what the others decode to. */
function sample(fields: Fields, version: number, seed: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field], i) => [
      name,
      hasVersion(field.versions, version) ? sampleField(field, version, seed + i) : field.fallback,
    ]),
  );
}

function sampleField(field: Field, version: number, seed: number): unknown {
  const isNull = hasVersion(field.nullable, version) && seed % 5 === 0;
  if (isNull) return null;
  switch (field.kind) {
    case 'boolean':
      return seed % 2 === 0;
    case 'int8':
      return (seed % 127) + 1;
    case 'int16':
      return 300 + seed;
    case 'int32':
      return 70_000 + seed;
    case 'int64':
      return -(2 ** 40) - seed;
    case 'uuid':
      return `00000000-0000-4000-8000-${String(seed).padStart(12, '0')}`;
    case 'string':
      return `text ü ${seed}`;
    case 'bytes':
    case 'records':
      return Buffer.alloc(10 + seed, seed);
    case 'array':
      return [1, 2].map((n) =>
        field.item
          ? sampleField(field.item, version, seed + n)
          : sample(field.fields ?? {}, version, seed + n + 1),
      );
  }
}

describe('the codec', () => {
  it.each(cases)('reads the request of %s v%i that it wrote', (name, version) => {
    const request = sample(apis[name].request, version, 1);
    const frame = Buffer.concat(writeRequest(name, version, 42, request as never));
    expect(frame.readInt32BE(0)).toBe(frame.length - 4);
    const reader = new WireReader(frame, 4);
    expect(readHeader(reader)).toEqual({ apiKey: apis[name].key, version, correlationId: 42 });
    expect(readRequest(reader, name, version)).toEqual({ clientId: 'frames', request });
    expect(reader.remaining).toBe(0);
  });

  it.each(cases)('reads the response of %s v%i that it wrote', (name, version) => {
    const response = sample(apis[name].response, version, 3);
    const frame = Buffer.concat(writeResponse(name, version, 7, response as never)).subarray(4);
    expect(readResponse(frame, name, version)).toEqual({ correlationId: 7, response, left: 0 });
  });

  it('writes the bytes that Apache Kafka documents for a flexible version', () => {
    const [frame] = writeRequest('apiVersions', 3, 1, {
      clientSoftwareName: 'a',
      clientSoftwareVersion: 'b',
    });
    /* Size, key, version, correlation id, client id, tags, two compact strings, tags. */
    expect(frame?.toString('hex')).toBe(
      '00000016' + '0012' + '0003' + '00000001' + '00066672616d6573' + '00' + '0261' + '0262' + '00',
    );
  });

  it('skips tagged fields that it does not know', () => {
    const [frame] = writeRequest('apiVersions', 3, 1, {
      clientSoftwareName: 'a',
      clientSoftwareVersion: 'b',
    });
    const extended = Buffer.concat([(frame as Buffer).subarray(0, -1), Buffer.from([1, 99, 2, 1, 2])]);
    const reader = new WireReader(extended, 12);
    expect(readRequest(reader, 'apiVersions', 3).request.clientSoftwareVersion).toBe('b');
    expect(reader.remaining).toBe(0);
  });

  it('refuses an array longer than its frame, and does not allocate it', () => {
    const frame = Buffer.concat(writeRequest('metadata', 1, 1, { topics: [] } as never));
    frame.writeInt32BE(0x7fff_ffff, frame.length - 4);
    const reader = new WireReader(frame, 12);
    expect(() => readRequest(reader, 'metadata', 1)).toThrow(ProtocolError);
  });
});

describe('the wire', () => {
  it.each([0, 1, -1, 127, -128, 2 ** 31, -(2 ** 31), 2 ** 40 + 5, -(2 ** 45), Number.MAX_SAFE_INTEGER])(
    'carries %d as int64',
    (value) => {
      const writer = new WireWriter(1);
      writer.int64(value);
      expect(new WireReader(Buffer.concat(writer.finish())).int64()).toBe(value);
    },
  );

  it.each([0, 1, -1, 63, -64, 64, 300, -300, 2 ** 31, -(2 ** 33)])(
    'carries %d as a zigzag varint',
    (value) => {
      const writer = new WireWriter(1);
      writer.varlong(value);
      expect(new WireReader(Buffer.concat(writer.finish())).varlong()).toBe(value);
    },
  );
});

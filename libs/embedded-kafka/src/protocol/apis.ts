import * as admin from './definitions/admin.ts';
import * as cluster from './definitions/cluster.ts';
import * as data from './definitions/data.ts';
import * as groups from './definitions/groups.ts';
import * as transactions from './definitions/transactions.ts';
import { compile, skipTags } from './codec.ts';
import type { Codec } from './codec.ts';
import { hasVersion, nullableString } from './schema.ts';
import type { Api, Decoded, Encodable, Fields } from './schema.ts';
import { WireWriter } from './wire.ts';
import type { WireReader } from './wire.ts';

/** Every API that is served, by name. */
export const apis = { ...data, ...cluster, ...admin, ...groups, ...transactions };

export type ApiName = keyof typeof apis;
export type Request<N extends ApiName> = Decoded<(typeof apis)[N]['request']>;
export type Response<N extends ApiName> = Encodable<(typeof apis)[N]['response']>;

const byKey = new Map<number, ApiName>(
  Object.entries(apis).map(([name, definition]) => [definition.key, name as ApiName]),
);

/** The API of a key, or undefined when it is not served. */
export function apiOfKey(key: number): ApiName | undefined {
  return byKey.get(key);
}

/** Whether a version of an API is served. */
export function isServed(name: ApiName, version: number): boolean {
  return hasVersion(apis[name].versions, version);
}

interface MessageCodecs {
  readonly request: Codec<Fields>;
  readonly response: Codec<Fields>;
  readonly flexible: boolean;
}

const compiled = new Map<number, MessageCodecs>();

/** Decoders and encoders of an API's messages in one version, compiled on first use. */
export function codecsOf(name: ApiName, version: number): MessageCodecs {
  const definition: Api = apis[name];
  const id = definition.key * 256 + version;
  let codecs = compiled.get(id);
  if (!codecs) {
    const flexible = version >= definition.flexible;
    codecs = {
      request: compile(definition.request, version, flexible),
      response: compile(definition.response, version, flexible),
      flexible,
    };
    compiled.set(id, codecs);
  }
  return codecs;
}

/** What stands before every request. */
export interface RequestHeader {
  readonly apiKey: number;
  readonly version: number;
  readonly correlationId: number;
}

/** The first eight bytes of a request, which are the same in all versions. */
export function readHeader(reader: WireReader): RequestHeader {
  return { apiKey: reader.int16(), version: reader.int16(), correlationId: reader.int32() };
}

/** The client's id, which every version has behind the first eight bytes. */
export const clientIdCodec = compile({ clientId: nullableString('0+') }, 0, false);

/** The rest of the header and the body of a request whose first eight bytes are read. */
export function readRequest<N extends ApiName>(
  reader: WireReader,
  name: N,
  version: number,
): { clientId: string; request: Request<N> } {
  const codecs = codecsOf(name, version);
  const { clientId } = clientIdCodec.decode(reader);
  if (codecs.flexible) skipTags(reader);
  return { clientId: clientId ?? '', request: codecs.request.decode(reader) as Request<N> };
}

/** A response as a frame: size, correlation id, body. ApiVersions keeps the oldest header, so that any client reads it. */
export function writeResponse<N extends ApiName>(
  name: N,
  version: number,
  correlationId: number,
  response: Response<N>,
): Buffer[] {
  const codecs = codecsOf(name, version);
  const body = new WireWriter();
  body.int32(0);
  body.int32(correlationId);
  if (codecs.flexible && name !== 'apiVersions') body.unsignedVarint(0);
  codecs.response.encode(body, response as Encodable<Fields>);
  return finishFrame(body);
}

/** Writes the size of a frame into its first four bytes, which were left for it. */
export function finishFrame(body: WireWriter): Buffer[] {
  const size = body.length - 4;
  const chunks = body.finish();
  chunks[0]?.writeInt32BE(size, 0);
  return chunks;
}

import { apis, clientIdCodec, codecsOf, finishFrame } from '../src/protocol/apis.ts';
import type { ApiName } from '../src/protocol/apis.ts';
import type { Decoded, Encodable, Fields } from '../src/protocol/schema.ts';
import { WireReader, WireWriter } from '../src/protocol/wire.ts';
import { skipTags } from '../src/protocol/codec.ts';

/** A request as a frame. */
export function writeRequest<N extends ApiName>(
  name: N,
  version: number,
  correlationId: number,
  request: Encodable<(typeof apis)[N]['request']>,
): Buffer[] {
  const codecs = codecsOf(name, version);
  const body = new WireWriter();
  body.int32(0);
  body.int16(apis[name].key);
  body.int16(version);
  body.int32(correlationId);
  clientIdCodec.encode(body, { clientId: 'frames' });
  if (codecs.flexible) body.unsignedVarint(0);
  codecs.request.encode(body, request as Encodable<Fields>);
  return finishFrame(body);
}

/** A response without its size. */
export function readResponse<N extends ApiName>(
  frame: Buffer,
  name: N,
  version: number,
): { correlationId: number; response: Decoded<(typeof apis)[N]['response']>; left: number } {
  const codecs = codecsOf(name, version);
  const reader = new WireReader(frame);
  const correlationId = reader.int32();
  if (codecs.flexible && name !== 'apiVersions') skipTags(reader);
  const response = codecs.response.decode(reader) as Decoded<(typeof apis)[N]['response']>;
  return { correlationId, response, left: reader.remaining };
}

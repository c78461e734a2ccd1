import { TemplateRuntimeError } from '../errors.ts';
import { parseJson } from '../json/parse.ts';
import { toJson } from '../json/write.ts';
import { PyDict } from '../values/dict.ts';
import { str } from '../values/text.ts';
import { PyTuple, itemsOf, textOf, type Value } from '../values/types.ts';
import { uuid5 } from './uuid5.ts';

/*
 * CloudEvents over HTTP (https://github.com/cloudevents/spec, versions 1.0 and 0.3) as Prefect events: the structured
 * and the binary content mode, `data_base64`, and batches.
 */

/** An event as a dict that prints as JSON, since the filter's result is often the whole template. */
class EventDict extends PyDict {
  override str(): string {
    return toJson(this);
  }
}

/** The events of a batch; prints as a JSON array. */
class EventList extends PyTuple {
  override str(): string {
    return toJson(this);
  }
}

/** The namespace of the ids that CloudEvents get here. */
const namespace = '7b0f9f0c-93a1-5d0e-9c5e-1d6f2a6f5c11';

/**
 * The id of the event that a CloudEvent becomes. It derives from what identifies a CloudEvent, `source` and `id`, within
 * a workspace, so that a repeated delivery makes no second event.
 */
export function cloudEventId(source: string, id: string, workspace = ''): string {
  return uuid5(namespace, JSON.stringify([workspace, source, id]));
}

function fail(message: string): never {
  throw new TemplateRuntimeError(message);
}

/** The attributes and data of one CloudEvent. */
interface CloudEvent {
  attributes: PyDict;
  data: Value | undefined;
}

function readStructured(body: PyDict): CloudEvent {
  const attributes = new PyDict();
  for (const [key, value] of body.entries()) {
    if (key !== 'data' && key !== 'data_base64') attributes.set(key, value);
  }
  const encoded = body.get('data_base64');
  if (encoded !== undefined && encoded !== null) return { attributes, data: decode(encoded, attributes) };
  const data = body.get('data');
  const isEncoded = attributes.get('datacontentencoding') === 'base64';
  return { attributes, data: isEncoded && data !== undefined ? decode(data, attributes) : data };
}

/** Base64 data by its media type: JSON is read, text is text, all else stays as it is. */
function decode(encoded: Value, attributes: PyDict): Value {
  const text = textOf(encoded);
  if (text === undefined || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text))
    return fail('The data of the CloudEvent is not base64.');
  const bytes = Buffer.from(text, 'base64');
  const type =
    (textOf(attributes.get('datacontenttype') ?? null) ?? 'application/json')
      .toLowerCase()
      .split(';')[0]
      ?.trim() ?? '';
  const isJson = type === 'application/json' || type === 'text/json' || type.endsWith('+json');
  if (!isJson && !type.startsWith('text/')) return text;
  const decoded = utf8(bytes);
  if (decoded === undefined) return text;
  if (!isJson) return decoded;
  try {
    return parseJson(decoded);
  } catch (error) {
    if (error instanceof SyntaxError) return decoded;
    throw error;
  }
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * A header's value. The binding percent-encodes what is not printable ASCII, and has readers undo quotes that a sender
 * may have put around it (HTTP binding 1.0.2, 3.1.3.2).
 */
function headerText(value: Value): string {
  const sent = str(value);
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(sent)?.[1];
  const text = quoted === undefined ? sent : quoted.replace(/\\(.)/g, '$1');
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function readBinary(body: Value, headers: PyDict): CloudEvent | undefined {
  const attributes = new PyDict();
  for (const [key, value] of headers.entries()) {
    const name = (textOf(key) ?? '').toLowerCase();
    if (name.startsWith('ce-')) attributes.set(name.slice(3), headerText(value));
    else if (name === 'content-type' && value !== null) attributes.set('datacontenttype', str(value));
  }
  // The HTTP binding, 3: this prefix tells the structured and the batched mode, whatever other headers there are.
  if (isCloudEventsType(attributes.get('datacontenttype'))) return undefined;
  return attributes.has('specversion') ? { attributes, data: body === '' ? undefined : body } : undefined;
}

function isCloudEventsType(contentType: Value | undefined): boolean {
  return /^\s*application\/cloudevents/i.test(textOf(contentType ?? null) ?? '');
}

function required(attributes: PyDict, name: string): string {
  const text = textOf(attributes.get(name) ?? null);
  if (text === undefined || text === '')
    return fail(`The CloudEvent lacks its required attribute '${name}'.`);
  return text;
}

const timestamp = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

function toEvent({ attributes, data }: CloudEvent, workspace: string): EventDict {
  const version = required(attributes, 'specversion');
  if (version !== '1.0' && version !== '0.3')
    fail(`CloudEvents of version '${version}' are not supported, only 1.0 and 0.3.`);
  const id = required(attributes, 'id');
  const source = required(attributes, 'source');
  const type = required(attributes, 'type');
  const subject = textOf(attributes.get('subject') ?? null) ?? '';
  const time = textOf(attributes.get('time') ?? null) ?? '';
  const event = new EventDict();
  event.set('id', cloudEventId(source, id, workspace));
  if (timestamp.test(time) && !Number.isNaN(Date.parse(time))) event.set('occurred', time);
  event.set('event', type);
  event.set('resource', PyDict.of([['prefect.resource.id', subject === '' ? source : subject]]));
  const payload = new PyDict();
  if (data !== undefined) payload.set('data', data);
  payload.set('cloudevents', attributes);
  event.set('payload', payload);
  return event;
}

/**
 * The Prefect event of a CloudEvent: `type` is its name, `subject` (else `source`) its resource, `data` its
 * `payload.data`, all other attributes its `payload.cloudevents`. A batch gives a list of events. Raises
 * TemplateRuntimeError where a required attribute is missing.
 */
export function fromCloudEvent(
  body: Value,
  headers: PyDict | undefined,
  workspace: string,
): PyDict | PyTuple {
  // Before the batch: the data of a single event can be a list.
  const binary = headers && readBinary(body, headers);
  if (binary) return toEvent(binary, workspace);
  const batch = itemsOf(body);
  if (batch) {
    return new EventList(
      batch.map((item) => {
        if (!(item instanceof PyDict))
          return fail('A batch of CloudEvents holds something that is no CloudEvent.');
        return toEvent(readStructured(item), workspace);
      }),
    );
  }
  if (!(body instanceof PyDict)) return fail('The request is not a CloudEvent.');
  return toEvent(readStructured(body), workspace);
}

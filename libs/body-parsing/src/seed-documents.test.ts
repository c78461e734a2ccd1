import { describe, expect, it } from '@jest/globals';
import { caseInsensitiveDict, createEnvironment, PyDict } from '@tributary/templating';
import { checkJsonSyntax } from './json-syntax.ts';
import { parseBody } from './parse-body.ts';

const environment = createEnvironment();

/** What a template prints for a body: the statements are about templates. */
function print(
  template: string,
  {
    contentType,
    body,
    parseXml = false,
  }: { contentType?: string; body: string | Buffer; parseXml?: boolean },
): string {
  const parsed = parseBody({ contentType, bytes: Buffer.from(body as string), parseXml });
  return environment.compile(template).render({
    body: parsed.value,
    raw_body: parsed.text,
    body_encoding: parsed.encoding,
    headers: contentType === undefined ? new PyDict() : caseInsensitiveDict([['content-type', contentType]]),
  });
}

describe('Prefect: "How HTTP request components are handled"', () => {
  const form = { contentType: 'application/x-www-form-urlencoded' };

  it('"the body will include a traditional URL-encoded form with two fields `model` and `friendly_name`"', () => {
    const body = 'model=recommendations&friendly_name=Recommendations%20[Products]';
    const template =
      '{"prefect.resource.id": "product.models.{{ body.model }}", "prefect.resource.name": "{{ body.friendly_name }}"}';
    expect(JSON.parse(print(template, { ...form, body }))).toEqual({
      'prefect.resource.id': 'product.models.recommendations',
      'prefect.resource.name': 'Recommendations [Products]',
    });
  });

  it('"you may want to use the model\'s ID in place of the friendly name when it is not available"', () => {
    const template = '{{ body.friendly_name|default(body.model) }}';
    expect(print(template, { ...form, body: 'model=recommendations' })).toBe('recommendations');
  });

  it('"If the `Content-Type` of the request is `application/json`, the body will be parsed as a JSON object"', () => {
    const body = '{"model": "recommendations", "count": 12345678901234567890, "score": 1.0}';
    const template = '{{ body.model }} {{ body.count }} {{ body.score }}';
    for (const contentType of ['application/json', 'application/json; charset=utf-8', 'Application/JSON'])
      expect(print(template, { contentType, body })).toBe('recommendations 12345678901234567890 1.0');
  });

  it('"supports both index and attribute access ... the following two expressions are equivalent"', () => {
    const body = 'friendly_name=R&friendly-name=other';
    expect(print("{{ body['friendly_name'] }} {{ body.friendly_name }}", { ...form, body })).toBe('R R');
    expect(print("{{ body['friendly-name'] }}", { ...form, body })).toBe('other');
  });

  it('"will attempt to parse any other content type (like `text/plain`) as if it were JSON first"', () => {
    expect(print('{{ body.a }}', { contentType: 'text/plain', body: '{"a": 1}' })).toBe('1');
    expect(print('{{ body.a }}', { body: '{"a": 1}' })).toBe('1');
  });

  it('"In any case where the body cannot be understood as JSON, it will be made available ... as a Python `str`"', () => {
    const template = '{{ body is string }} {{ body|upper }}';
    expect(print(template, { contentType: 'text/plain', body: 'hello' })).toBe('True HELLO');
    expect(print(template, { contentType: 'application/json', body: '{hello' })).toBe('True {HELLO');
    expect(print(template, { body: '' })).toBe('True ');
  });

  it('"This template accepts the incoming body (assuming it was in JSON format) and just passes it through"', () => {
    const body =
      '{"event": "model.refreshed", "resource": {"prefect.resource.id": "product.models.recommendations"}}';
    expect(JSON.parse(print('{{ body|tojson }}', { contentType: 'application/json', body }))).toEqual(
      JSON.parse(body),
    );
  });
});

describe('Prismatic: "Sending data to webhook triggers"', () => {
  it('"The request body - {...} - is parsed (if JSON) and is accessible"', () => {
    const body = '{"Payload Key 1":"Payload Value 1","Do Thing?":true,"quantity":123}';
    const template = "{{ body['Payload Key 1'] }}, {{ body['Do Thing?'] }}, {{ body.quantity }}";
    expect(print(template, { contentType: 'application/json', body })).toBe('Payload Value 1, True, 123');
  });

  it('"Non-JSON payloads (like XML, images, etc) are accessible through results.rawBody"', () => {
    const xml = { contentType: 'text/xml', body: '<notification/>' };
    expect(print('{{ raw_body }}', xml)).toBe('<notification/>');
    expect(print('{{ raw_body }}', { ...xml, parseXml: true })).toBe('<notification/>');
  });

  it('"if you have an image, my-image.png": the bytes in base64, and a word that says so', () => {
    const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff]);
    expect(print('{{ body_encoding }} {{ body }}', { contentType: 'image/png', body: image })).toBe(
      `base64 ${image.toString('base64')}`,
    );
  });

  it('"post information about a person, as well as an avatar image": person is parsed, photo is a file', () => {
    const photo = Buffer.from('\x89PNG\r\n\x1a\n\x00\xff--x\r\n', 'latin1');
    const boundary = '------------------------4d8aadb0a4d82ae8';
    // As curl sends the command of the document.
    const body = Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="person"\r\nContent-Type: application/json\r\n\r\n` +
          '{"firstname":"Taylor","lastname":"Reece"}' +
          `\r\n--${boundary}\r\nContent-Disposition: form-data; name="photo"; filename="taylor.png"\r\n` +
          'Content-Type: image/png\r\n\r\n',
      ),
      photo,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const request = { contentType: `multipart/form-data; boundary=${boundary}`, body };
    expect(print('{{ body.person.firstname }} {{ body.person.lastname }}', request)).toBe('Taylor Reece');
    expect(JSON.parse(print('{{ body.photo|tojson }}', request))).toEqual({
      filename: 'taylor.png',
      content_type: 'image/png',
      size: photo.length,
      data: photo.toString('base64'),
    });
  });

  it('"parsedBody.notification.challenge": the XML challenge, for webhooks that ask', () => {
    const body = '<?xml version="1.0"?><notification><challenge>a1b2c3</challenge></notification>';
    const request = { contentType: 'application/xml', body };
    expect(print('{{ body.notification.challenge }}', { ...request, parseXml: true })).toBe('a1b2c3');
    expect(print('{{ body }}', request)).toBe(body);
  });

  it('"you have a header `content-type: application/json`, but the data you sent wasn\'t valid JSON"', () => {
    const bytes = Buffer.from('{bad-data');
    expect(checkJsonSyntax(bytes, 'application/json')).toBe('malformed');
    expect(parseBody({ contentType: 'application/json', bytes })).toMatchObject({
      value: '{bad-data',
      problem: 'malformed_json',
    });
  });
});

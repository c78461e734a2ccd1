import { describe, expect, it } from '@jest/globals';
import { toJson } from '@tributary/templating';
import { parseBody } from './parse-body.ts';

const parse = (body: string, contentType = 'application/x-ndjson') =>
  parseBody({ contentType, bytes: Buffer.from(body) });

describe('JSON, one value a line', () => {
  it.each(['application/x-ndjson', 'application/jsonl', 'Application/NDJSON; charset=utf-8'])(
    '%s is a list',
    (type) => {
      expect(parse('{"a":1}\n{"a":2}\n', type)).toMatchObject({ kind: 'json', problem: null });
      expect(toJson(parse('{"a":1}\n{"a":2}\n', type).value)).toBe('[{"a":1},{"a":2}]');
    },
  );

  it.each([
    ['{"a":1.0}', '[{"a":1.0}]'],
    ['1\r\n\r\n \t\n"x"\r\n', '[1,"x"]'],
    ['\n', '[]'],
    ['[1,2]\nnull', '[[1,2],null]'],
  ])('%j is %s', (body, expected) => {
    expect(toJson(parse(body).value)).toBe(expected);
  });

  it.each(['{"a":1}\n{"a":', '1 2', '{"a":\n1}'])('%j is malformed, and text', (body) => {
    expect(parse(body)).toMatchObject({ kind: 'text', value: body, problem: 'malformed_json' });
  });
});

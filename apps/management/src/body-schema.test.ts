import { describe, expect, it } from '@jest/globals';
import { schemaFaults } from './body-schema.ts';

describe('a JSON Schema of a body', () => {
  it.each([
    [true],
    [{}],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', definitions: { a: {} }, $ref: '#/definitions/a' }],
    [{ $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }] }],
    [{ $defs: { node: { $anchor: 'node', items: { $ref: '#node' } } }, $ref: '#/$defs/node' }],
    [{ $defs: { 'a/b': { pattern: '^\\p{L}+$' } }, properties: { x: { $ref: '#/$defs/a~1b' } } }],
    [{ const: { $ref: 'https://elsewhere.test/x' } }],
    [{ type: 'string', format: 'email', 'x-own': 1 }],
  ])('%j can be saved', (schema) => {
    expect(schemaFaults(schema)).toEqual([]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ type: 'strnig' }, '/schema/type'],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, '/schema/$schema'],
    [{ properties: { a: { $ref: 'https://elsewhere.test/x' } } }, '/schema/properties/a/$ref'],
    [{ $ref: '#/$defs/none' }, '/schema/$ref'],
    [{ $ref: '#none' }, '/schema/$ref'],
    [{ $ref: '#/%E0%A4%A' }, '/schema/$ref'],
    [{ required: 'a' }, '/schema/required'],
    [{ pattern: '(' }, '/schema/pattern'],
    [{ minimum: 'x' }, '/schema/minimum'],
  ])('%j cannot', (schema, pointer) => {
    expect(schemaFaults(schema)).toMatchObject([{ pointer, detail: expect.stringMatching(/\.$/) }]);
  });
});

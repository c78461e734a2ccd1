import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isJsonMediaType, parseMediaType } from './media-type.ts';

describe('isJsonMediaType', () => {
  it.each([
    'application/json',
    'Application/JSON; charset=utf-8',
    ' application/json ;charset="utf-8"',
    'application/cloudevents+json',
    'application/vnd.github.v3+json; q=1',
    'application/json, application/json',
    'application/json;;broken="',
  ])('%s is JSON', (header) => {
    expect(isJsonMediaType(header)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'application/jsonp',
    'application/json-seq',
    'text/plain; x=application/json',
    'json',
    ';',
  ])('%s is not', (header) => {
    expect(isJsonMediaType(header)).toBe(false);
  });
});

describe('parseMediaType', () => {
  it('reads the charset, quoted or not', () => {
    expect(parseMediaType('text/plain; a=1; Charset="UTF-16"')).toEqual({
      type: 'text/plain',
      charset: 'UTF-16',
    });
  });

  it('is total', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...';,="\\/ a\t+') }),
        ),
        (header) => {
          const { type } = parseMediaType(header);
          expect(type === undefined || type === type.toLowerCase()).toBe(true);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

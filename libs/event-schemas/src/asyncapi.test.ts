import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { asyncApiDocument } from './asyncapi.ts';

it('docs/asyncapi.json is what the schemas say (npm run docs writes it)', () => {
  const written = JSON.parse(
    readFileSync(new URL('../../../docs/asyncapi.json', import.meta.url), 'utf8'),
  ) as {
    info: { version: string };
  };
  expect(written).toEqual(JSON.parse(JSON.stringify(asyncApiDocument(written.info.version))));
});

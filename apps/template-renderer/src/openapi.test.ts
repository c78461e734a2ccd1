import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { openApiDocument } from './openapi.ts';

it('docs/openapi-template-renderer.json is what the schemas say (npm run docs writes it)', () => {
  const written = JSON.parse(
    readFileSync(new URL('../../../docs/openapi-template-renderer.json', import.meta.url), 'utf8'),
  ) as { info: { version: string } };
  expect(written).toEqual(JSON.parse(JSON.stringify(openApiDocument(written.info.version))));
});

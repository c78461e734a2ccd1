/** Writes docs/openapi-template-renderer.json from the schemas that the service checks by: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/openapi.ts';

const root = new URL('../../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
writeFileSync(
  new URL('docs/openapi-template-renderer.json', root),
  `${JSON.stringify(openApiDocument(version), null, 2)}\n`,
);

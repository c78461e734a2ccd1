/** Writes docs/asyncapi.json from the schemas that the services run on: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { asyncApiDocument } from '../src/asyncapi.ts';

const root = new URL('../../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
writeFileSync(new URL('docs/asyncapi.json', root), `${JSON.stringify(asyncApiDocument(version), null, 2)}\n`);

import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { withTables } from './tables.ts';

const readme = new URL('../README.md', import.meta.url);
const options = await resolveConfig(readme);
const text = withTables(readFileSync(readme, 'utf8'));
writeFileSync(readme, await format(text, { ...options, parser: 'markdown' }));

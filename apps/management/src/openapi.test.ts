import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { openApiDocument } from './openapi.ts';

it('docs/openapi-management.json is what the schemas say (npm run docs writes it)', () => {
  const written = JSON.parse(
    readFileSync(new URL('../../../docs/openapi-management.json', import.meta.url), 'utf8'),
  ) as { info: { version: string } };
  expect(written).toEqual(JSON.parse(JSON.stringify(openApiDocument(written.info.version))));
});

it('every path that is routed is described, and no other', () => {
  const app = readFileSync(new URL('http/app.ts', import.meta.url), 'utf8');
  const prefixes = {
    workspace: '/api/accounts/{account}/workspaces/{workspace}',
    account: '/api/accounts/{account}',
  };
  const routed = [...app.matchAll(/(workspace|account)\.(get|post|put|patch|delete)\('([^']+)'/g)].map(
    ([, router, method, path]) =>
      `${method} ${prefixes[router as keyof typeof prefixes]}${path!.replace(':id', '{id}')}`,
  );
  const { paths } = openApiDocument('1') as { paths: Record<string, object> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(described.sort()).toEqual([...routed, 'get /api/me/workspaces'].sort());
});

import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';

const root = fileURLToPath(new URL('../../', import.meta.url));
let eslint: ESLint;

beforeAll(async () => {
  // The rule reads the cached graph and is silent without one.
  await createProjectGraphAsync();
  eslint = new ESLint({ cwd: root });
});

/** Messages of a rule for a snippet that stands in a file of a project. */
async function messages(rule: string, file: string, snippet: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${snippet}\n`, { filePath: `${root}${file}` });
  return (result?.messages ?? []).filter(({ ruleId }) => ruleId === rule).map(({ message }) => message);
}

const imports = (name: string) => `import * as imported from '${name}';\nexport { imported };`;

describe('a module boundary refuses', () => {
  it.each([
    ['an app that imports another app', 'apps/ingress/src/main.ts', '../../management/src/main.ts'],
    [
      'an app that imports the testing library in its sources',
      'apps/ingress/src/main.ts',
      '@tributary/testing',
    ],
    ['a platform library that imports a contract', 'libs/messaging/src/index.ts', '@tributary/event-schemas'],
    [
      'a domain library that imports a platform library',
      'libs/body-parsing/src/index.ts',
      '@tributary/messaging',
    ],
    ['a contract that imports a domain library', 'libs/event-schemas/src/index.ts', '@tributary/templating'],
    ['a contract that imports an external module but zod', 'libs/event-schemas/src/index.ts', 'express'],
    ['an end-to-end test that imports an app', 'apps/e2e/test/pipeline.test.ts', '../../ingress/src/main.ts'],
    ['an end-to-end test that imports a platform library', 'apps/e2e/src/system.ts', '@tributary/postgres'],
    ['a client that imports a domain library', 'libs/consumer/src/index.ts', '@tributary/templating'],
    [
      'a client that imports the testing library in its sources',
      'libs/consumer/src/index.ts',
      '@tributary/testing',
    ],
    ['an app that imports a client', 'apps/ingress/src/main.ts', '@tributary/consumer'],
    ['a platform library that imports a client', 'libs/messaging/src/index.ts', '@tributary/consumer'],
    [
      'a library for any runtime that imports one for Node',
      'libs/event-schemas/src/index.ts',
      '@tributary/encryption',
    ],
  ])('%s', async (_what, file, name) => {
    expect(await messages('@nx/enforce-module-boundaries', file, imports(name))).not.toEqual([]);
  });

  it.each([
    ['kafkajs outside libs/messaging', 'apps/ingress/src/main.ts', 'kafkajs'],
    ['kafkajs in the client that is published', 'libs/consumer/src/index.ts', 'kafkajs'],
    ['kafkajs in a test of a service', 'apps/ingress/test/promise.test.ts', 'kafkajs'],
    ['pg outside libs/postgres', 'apps/event-store/src/main.ts', 'pg'],
  ])('%s', async (_what, file, name) => {
    expect(await messages('no-restricted-imports', file, imports(name))).not.toEqual([]);
  });
});

describe('a module boundary allows', () => {
  it.each([
    ['an app that imports a contract', 'apps/ingress/src/main.ts', '@tributary/event-schemas'],
    ['an app that imports a platform library', 'apps/ingress/src/main.ts', '@tributary/messaging'],
    ['a client that imports a contract', 'libs/consumer/src/index.ts', '@tributary/event-schemas'],
    ['a client that imports a platform library', 'libs/consumer/src/index.ts', '@tributary/messaging'],
    ['an end-to-end test that imports a client', 'apps/e2e/src/system.ts', '@tributary/consumer'],
    ['a test that imports the testing library', 'apps/ingress/test/promise.test.ts', '@tributary/testing'],
    ['a contract that imports zod', 'libs/event-schemas/src/index.ts', 'zod'],
    ['kafkajs in libs/messaging', 'libs/messaging/src/index.ts', 'kafkajs'],
    ['pg in libs/postgres', 'libs/postgres/src/index.ts', 'pg'],
  ])('%s', async (_what, file, name) => {
    for (const rule of ['@nx/enforce-module-boundaries', 'no-restricted-imports']) {
      expect(await messages(rule, file, imports(name))).toEqual([]);
    }
  });
});

import { fileURLToPath } from 'node:url';

/** Jest as every project runs it: native ES modules, types stripped by Node's own stripper, sources of workspace packages. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['tributary-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': fileURLToPath(new URL('infra/jest/strip-types.js', import.meta.url)) },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  testMatch: ['<rootDir>/(src|test)/**/*.test.ts'],
  testTimeout: 120_000,
};

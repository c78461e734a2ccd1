import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Which kinds of project may import which: the table of docs/architecture.md, enforced. */
const boundaries = [
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:contract', 'type:domain', 'type:platform'] },
  { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:platform'] },
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:domain', 'type:contract'] },
  {
    sourceTag: 'type:contract',
    onlyDependOnLibsWithTags: ['type:contract'],
    allowedExternalImports: ['zod'],
  },
  // Published: what it is made of is bundled into it, and no service is built on it.
  { sourceTag: 'type:client', onlyDependOnLibsWithTags: ['type:contract', 'type:platform'] },
  {
    sourceTag: 'type:testing',
    onlyDependOnLibsWithTags: ['type:contract', 'type:domain', 'type:platform', 'type:testing'],
  },
  { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:client', 'type:contract', 'type:testing'] },
  { sourceTag: 'runtime:browser', onlyDependOnLibsWithTags: ['runtime:browser', 'runtime:any'] },
  { sourceTag: 'runtime:node', onlyDependOnLibsWithTags: ['runtime:node', 'runtime:any'] },
  { sourceTag: 'runtime:any', onlyDependOnLibsWithTags: ['runtime:any'] },
];

/** In tests every project may also use the testing library, and Jest and Node without asking. */
const testBoundaries = boundaries.map(({ allowedExternalImports: _, ...rule }) => ({
  ...rule,
  onlyDependOnLibsWithTags: [...new Set([...rule.onlyDependOnLibsWithTags, 'type:testing', 'runtime:node'])],
}));

const moduleBoundaries = (depConstraints) => [
  'error',
  {
    enforceBuildableLibDependency: false,
    banTransitiveDependencies: false,
    allow: ['../jest.preset.js', '../../jest.preset.js'],
    depConstraints,
  },
];

/** A driver is imported by the one library that owns its hazards. Nx constraints cannot grant exceptions, this can. */
const drivers = (...allowed) => [
  'error',
  {
    paths: [
      { name: 'kafkajs', message: 'Use @tributary/messaging: it owns the hazards of kafkajs.' },
      { name: 'pg', message: 'Use @tributary/postgres: it owns the pool and its errors.' },
    ].filter(({ name }) => !allowed.includes(name)),
  },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/coverage/**', '.nx/**'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    plugins: { '@nx': nx },
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: 'module',
      globals: { console: 'readonly', process: 'readonly' },
    },
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries(boundaries),
      'no-restricted-imports': drivers(),
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-undef': 'off',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.test.ts', '**/test/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries(testBoundaries),
      'max-lines': 'off',
    },
  },
  {
    files: ['libs/messaging/**/*.ts', 'apps/bench/**/*.ts', 'libs/embedded-kafka/test/**/*.ts'],
    rules: { 'no-restricted-imports': drivers('kafkajs') },
  },
  { files: ['libs/postgres/**/*.ts'], rules: { 'no-restricted-imports': drivers('pg') } },
  { files: ['libs/embedded-kafka/src/protocol/definitions/**/*.ts'], rules: { 'max-lines': 'off' } },
  prettier,
);

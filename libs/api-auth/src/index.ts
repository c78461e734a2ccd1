export { generateApiKey, hashApiKey } from './api-key.ts';
export { createApiKeyDirectory, isValidNow } from './directory.ts';
export type { ApiKeyDirectory, ApiKeyLookup } from './directory.ts';
export { accessOf, requireApiKey } from './require-api-key.ts';

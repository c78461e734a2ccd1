import { stripTypeScriptTypes } from 'node:module';

/**
 * The Jest transform: the same type stripping that Node applies when it runs our sources, so tests and services see
 * the same code. Stripping keeps every line and column, hence no source map is needed.
 */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
};

import { LRUCache } from 'lru-cache';
import type { CompileOptions, Environment } from './environment.ts';
import type { Template } from './template.ts';

/** Compiled templates by version. */
export interface TemplateCache {
  /**
   * The compiled template of a version, from the cache or compiled now. `key` must change with the source, the mode and
   * the environment: a webhook's id and version do. Throws as `Environment.compile` does; failures are not kept.
   */
  get(key: string, source: string, options?: CompileOptions): Template;
  delete(key: string): void;
  readonly size: number;
}

/** What a compiled template weighs: its closures take some tens of times its source. */
const bytesPerCharacter = 60;
const bytesPerTemplate = 4096;

/** A cache bounded in entries (1,000 by default) and in estimated bytes (64 MiB); the least recently used goes first. */
export function createTemplateCache(
  environment: Environment,
  { maxEntries = 1000, maxBytes = 64 * 1024 * 1024 }: { maxEntries?: number; maxBytes?: number } = {},
): TemplateCache {
  const cache = new LRUCache<string, Template>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: (template) => bytesPerTemplate + template.source.length * bytesPerCharacter,
  });
  return {
    get(key, source, options) {
      const known = cache.get(key);
      if (known) return known;
      const template = environment.compile(source, options);
      cache.set(key, template);
      return template;
    },
    delete(key) {
      cache.delete(key);
    },
    get size() {
      return cache.size;
    },
  };
}

import type { ProblemDetail } from '@tributary/service-runtime';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { pointerOf } from './input-faults.ts';

const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
const DRAFT_2020_12 = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

/** Only the meta-schemas are ever compiled here: a user's schema is data, and no code is made of it. */
const drafts = {
  'draft-07': new Ajv({ strict: false, validateFormats: false, allErrors: false }),
  '2020-12': new Ajv2020({ strict: false, validateFormats: false, allErrors: false }),
};

/** Keywords whose value is a JSON value and no schema: what stands in it refers to nothing. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);

/**
 * The faults of a body's JSON Schema: draft 2020-12, or draft 7 where `$schema` says so. References may only lead to a
 * place in the schema itself, since nothing is ever fetched, and each `pattern` must be a regular expression of JavaScript.
 */
export function schemaFaults(schema: Record<string, unknown> | boolean): ProblemDetail[] {
  const draft = draftOf(schema);
  if (draft === undefined) {
    return [{ pointer: '/schema/$schema', detail: 'A schema is of JSON Schema draft 2020-12 or draft-07.' }];
  }
  const ajv = drafts[draft];
  if (!(ajv.validateSchema(schema) as boolean)) {
    return (ajv.errors ?? []).slice(0, 1).map(({ instancePath, message = 'is not valid' }) => ({
      pointer: `/schema${instancePath}`,
      detail: `The JSON Schema ${message}.`,
    }));
  }
  return [...partFaults(schema, [], schema)];
}

function draftOf(schema: Record<string, unknown> | boolean): keyof typeof drafts | undefined {
  if (typeof schema === 'boolean' || schema['$schema'] === undefined) return '2020-12';
  const name = String(schema['$schema']);
  if (DRAFT_2020_12.test(name)) return '2020-12';
  return DRAFT_7.test(name) ? 'draft-07' : undefined;
}

function* partFaults(value: unknown, path: string[], root: unknown): Generator<ProblemDetail> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const here = [...path, key];
    const pointer = `/schema${pointerOf(here)}`;
    if ((key === '$ref' || key === '$dynamicRef') && typeof item === 'string') {
      if (!leadsInside(item, root))
        yield { pointer, detail: `${key} must lead to a place in this schema, as "#/$defs/name" does.` };
    } else if (key === 'pattern' && typeof item === 'string') {
      if (!isRegularExpression(item)) yield { pointer, detail: 'pattern is no regular expression.' };
    } else if (!DATA.has(key)) {
      yield* partFaults(item, here, root);
    }
  }
}

function leadsInside(reference: string, root: unknown): boolean {
  if (reference === '#') return true;
  const anchor = /^#([A-Za-z_][\w.-]*)$/.exec(reference)?.[1];
  if (anchor !== undefined) return hasAnchor(root, anchor);
  if (!reference.startsWith('#/')) return false;
  let path: string;
  try {
    path = decodeURIComponent(reference.slice(2));
  } catch {
    return false;
  }
  const keys = path.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const target = keys.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    root,
  );
  return typeof target === 'boolean' || (typeof target === 'object' && target !== null);
}

function hasAnchor(value: unknown, anchor: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { $anchor, $dynamicAnchor } = value as Record<string, unknown>;
  if ($anchor === anchor || $dynamicAnchor === anchor) return true;
  return Object.values(value).some((item) => hasAnchor(item, anchor));
}

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

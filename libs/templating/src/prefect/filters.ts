import type { NativeFunction } from '../runtime/callable.ts';

/** The filters that Prefect adds to Jinja2's. */
export const prefectFilters: NativeFunction[] = [];

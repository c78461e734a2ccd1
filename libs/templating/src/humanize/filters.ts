import type { NativeFunction } from '../runtime/callable.ts';

/** The filters of `jinja2-humanize-extension`. */
export const humanizeFilters: NativeFunction[] = [];

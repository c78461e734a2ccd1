/** What the target of a request to `/hooks/{slug}[/path][?query]` says. */
export interface HookTarget {
  slug: string;
  /** What follows the slug, percent-decoded once, without its leading slash; as sent when it cannot be decoded. */
  path: string;
  /** As sent, without the question mark. */
  query: string;
}

export const HOOKS_PREFIX = '/hooks/';

/** Splits a request target that starts with {@link HOOKS_PREFIX}. */
export function parseHookTarget(target: string): HookTarget {
  const mark = target.indexOf('?');
  const end = mark === -1 ? target.length : mark;
  const slash = target.indexOf('/', HOOKS_PREFIX.length);
  const slugEnd = slash === -1 || slash > end ? end : slash;
  return {
    slug: target.slice(HOOKS_PREFIX.length, slugEnd),
    path: decodeOnce(target.slice(slugEnd + 1, end)),
    query: mark === -1 ? '' : target.slice(mark + 1),
  };
}

function decodeOnce(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}

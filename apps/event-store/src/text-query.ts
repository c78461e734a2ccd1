/** What a text filter asks for; every term is a piece of text to be found, whatever the case of its letters. */
export interface TextQuery {
  /** One of these at least, if there are any. */
  include: string[];
  exclude: string[];
  require: string[];
}

/** A sign before a term, then a phrase in quotes (a quote in it escaped, the last one optional) or a word. */
const TERM = /([-!+]?)(?:"((?:\\.|[^"\\])*\\?)(?:"|$)|([^\s"]+))/gsu;

/**
 * Reads a text query as Prefect does (`text_search_parser.py`): words are alternatives, `-` or `!` excludes, `+`
 * requires, quotes hold a phrase together. A sign that stands alone means nothing.
 */
export function parseTextQuery(query: string): TextQuery {
  const result: TextQuery = { include: [], exclude: [], require: [] };
  for (const [, sign, phrase, word] of query.matchAll(TERM)) {
    const term = phrase === undefined ? (word ?? '') : phrase.replace(/\\(["\\])/g, '$1');
    if (term.trim() === '' || (sign === '' && /^[-!+]$/.test(term))) continue;
    if (sign === '+') result.require.push(term);
    else if (sign === '') result.include.push(term);
    else result.exclude.push(term);
  }
  return result;
}

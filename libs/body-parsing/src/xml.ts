import { PyDict } from '@tributary/templating';
import type { Value } from '@tributary/templating';
import { SaxesParser } from 'saxes';
import { bodyLimits } from './limits.ts';

export type XmlReading = { ok: true; value: Value } | { ok: false; reason: 'malformed' | 'too_complex' };

/** An element that is not closed yet. */
interface OpenElement {
  content: PyDict;
  text: string;
}

/** Ends parsing at a bound. */
class TooComplex extends Error {}

/**
 * A well-formed XML document as a dict with its root element, by the convention of Python's xmltodict, all values being
 * text: an element with nothing but text is that text, any other a dict of its attributes (`@name`), its children (a list
 * where a name is repeated) and its text (`#text`). Names keep their prefixes. White space around text, comments and
 * processing instructions are left out.
 *
 * A document type declaration is passed over: nothing is fetched, and an entity that it declares does not exist, so that
 * a document which uses one is malformed. Only the five entities of XML itself and character references are text.
 */
export function parseXml(text: string): XmlReading {
  const parser = new SaxesParser({ xmlns: false });
  const root: OpenElement = { content: new PyDict(), text: '' };
  const open = [root];
  let nodes = 0;
  const count = () => {
    nodes += 1;
    if (nodes > bodyLimits.xmlNodes) throw new TooComplex();
  };
  parser.on('attribute', count);
  parser.on('opentag', ({ attributes }) => {
    count();
    if (open.length > bodyLimits.xmlDepth) throw new TooComplex();
    const content = new PyDict();
    for (const name in attributes) content.set(`@${name}`, attributes[name]!);
    open.push({ content, text: '' });
  });
  const append = (piece: string) => {
    open.at(-1)!.text += piece;
  };
  parser.on('text', append);
  parser.on('cdata', append);
  parser.on('closetag', ({ name }) => {
    const element = open.pop()!;
    add(open.at(-1)!.content, name, valueOf(element));
  });
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof TooComplex) return { ok: false, reason: 'too_complex' };
    // Without a handler for errors the parser throws the first fault that it finds.
    if (error instanceof Error) return { ok: false, reason: 'malformed' };
    throw error;
  }
  return { ok: true, value: root.content };
}

function valueOf({ content, text }: OpenElement): Value {
  const trimmed = text.trim();
  if (content.size === 0) return trimmed;
  if (trimmed !== '') content.set('#text', trimmed);
  return content;
}

function add(parent: PyDict, name: string, value: Value): void {
  const known = parent.get(name);
  if (known === undefined) parent.set(name, value);
  else if (Array.isArray(known)) known.push(value);
  else parent.set(name, [known, value]);
}

const DECLARATION = /^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;

/**
 * The charset that an XML declaration names (XML 1.0, 4.3.3), for bodies whose headers name none. That the declaration can
 * be read as ASCII rules out UTF-16, whatever it says.
 */
export function declaredXmlCharset(bytes: Buffer): string | undefined {
  const charset = DECLARATION.exec(bytes.toString('latin1', 0, 256))?.[1];
  return charset === undefined || /^utf-?16/i.test(charset) ? undefined : charset;
}

import { z } from 'zod';
import { handshakes } from '../src/handshakes/handshakes.ts';
import type { Handshake } from '../src/handshakes/handshake.ts';
import { presets } from '../src/presets/presets.ts';
import { grammarKeys, schemeKeys, signatureScheme } from '../src/scheme.ts';
import { placeholders } from '../src/signed-pattern.ts';

/** The tables of the README, by the names that stand in its markers; each is made from what the code does. */
export const tables: Record<string, () => string[][]> = {
  presets: () => [
    ['preset', 'secret', 'signs'],
    ...Object.entries(presets).map(([name, { title, documentation, secret, signs }]) => [
      `\`${name}\` ([${title}](${documentation}))`,
      secret,
      signs,
    ]),
  ],
  scheme: () => [
    ['key', 'values', 'meaning'],
    ...schemeKeys.map(({ key, meaning }) => [`\`${key}\``, valuesOf(key), meaning]),
  ],
  grammar: () => [['key', 'meaning'], ...grammarKeys.map(({ key, meaning }) => [`\`${key}\``, meaning])],
  placeholders: () => [
    ['placeholder', 'stands for'],
    ...Object.entries(placeholders).map(([name, { meaning }]) => [`\`{${name}}\``, meaning]),
  ],
  handshakes: () => [
    ['handshake', 'on by default', 'who may ask', 'takes', 'answered'],
    ...Object.entries<Handshake>(handshakes).map(([name, record]) => [
      `[\`${name}\`](${record.documentation})`,
      record.byDefault ? 'yes' : 'no',
      record.authenticated,
      record.secretKey ? `\`${record.secretKey}\`` : '',
      answerOf(record),
    ]),
  ],
};

const { properties = {} } = z.toJSONSchema(signatureScheme, { io: 'input' });

/** What a key may be, and what it is when it is left out. */
function valuesOf(key: string): string {
  const { type, enum: names, default: usual, anyOf } = properties[key] as z.core.JSONSchema.BaseSchema;
  const values = names
    ? names.map((name) => `\`${String(name)}\``).join(', ')
    : String(type ?? (anyOf ? 'string or list' : ''));
  return typeof usual === 'string' || typeof usual === 'number'
    ? `${values}; \`${usual}\` if left out`
    : values;
}

function answerOf({ method, answer }: Handshake): string {
  if (answer === 'surface') return `${method}: as an event`;
  if ('json' in answer) return `${method}: \`${JSON.stringify(answer.json)}\``;
  return `${method}: ${answer.text === '' ? 'headers' : `\`${answer.text}\``}`;
}

/** A text with its tables made anew: each stands between `<!-- name -->` and `<!-- end -->`. */
export function withTables(markdown: string): string {
  return markdown.replace(/<!-- ([a-z]+) -->\n[^]*?<!-- end -->/g, (whole, name: string) => {
    const rows = tables[name]?.();
    return rows ? `<!-- ${name} -->\n\n${tableOf(rows)}\n\n<!-- end -->` : whole;
  });
}

function tableOf([head = [], ...rows]: string[][]): string {
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

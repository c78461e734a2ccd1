import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { PyDict } from '../src/index.ts';
import { TemplateError, createEnvironment, parseJson } from '../src/index.ts';
import { TemplateGenerator, fuzzContext, seededRandom } from './generate.ts';

/*
 * Random templates, rendered by this engine and by Python's Jinja2 (Debian's python3-jinja2). FUZZ_SEED repeats a run,
 * FUZZ_COUNT sets its size.
 */

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import jinja2']).status === 0,
);
const count = Number(process.env['FUZZ_COUNT'] ?? 2000);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

type Answer = { output: string } | { error: string; message: string };

const environment = createEnvironment({ limits: { steps: 5_000_000 } });

function renderHere(template: string): Answer {
  const context = parseJson(fuzzContext) as PyDict;
  try {
    return { output: environment.compile(template).render(context) };
  } catch (error) {
    if (!(error instanceof TemplateError) || error.cause !== undefined) throw error;
    return { error: error.name, message: error.message };
  }
}

/** What differs by nature: addresses in the text of objects, and classes whose names Python makes up. */
const unstable =
  / (?:at|bt) 0x[0-9a-f]+|<(?:generator|function|built-in|bound|class|dict_|list_|reversed|Macro|LoopContext)/i;

async function renderThere(command: string, templates: string[]): Promise<Answer[]> {
  const child = spawn(command, [fileURLToPath(new URL('reference.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers: Answer[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => answers.push(JSON.parse(line) as Answer));
  for (const template of templates)
    child.stdin.write(
      `{"template": ${JSON.stringify(template)}, "context": ${fuzzContext.replaceAll('\n', ' ')}}\n`,
    );
  child.stdin.end();
  await once(lines, 'close');
  return answers;
}

function disagreement(here: Answer, there: Answer): string | undefined {
  if ('output' in here && 'output' in there) {
    if (unstable.test(there.output)) return undefined;
    return here.output === there.output
      ? undefined
      : `  here  ${JSON.stringify(here.output)}\n  there ${JSON.stringify(there.output)}`;
  }
  // Python has no limits: what is too large here may well render there.
  if ('error' in here && ('error' in there || here.error === 'LimitError')) return undefined;
  return `  here  ${JSON.stringify(here)}\n  there ${JSON.stringify(there)}`;
}

describe('random templates', () => {
  if (!python) {
    it('needs python3-jinja2 to compare with', () => {
      // Without the reference there is nothing to compare; only continuous integration has to have it.
      expect(process.env['CI']).not.toBe('true');
    });
    return;
  }

  it(`render as in Python (seed ${seed})`, async () => {
    process.stdout.write(`Fuzzing with FUZZ_SEED=${seed}\n`);
    const generator = new TemplateGenerator(seededRandom(seed));
    const templates = Array.from({ length: count }, () => generator.template());
    const expected = await renderThere(python, templates);
    expect(expected).toHaveLength(count);
    const failures = templates.flatMap((template, i) => {
      const problem = disagreement(renderHere(template), expected[i] as Answer);
      return problem === undefined ? [] : [`${JSON.stringify(template)}\n${problem}`];
    });
    expect(failures.slice(0, 20).join('\n')).toBe('');
  }, 300_000);
});

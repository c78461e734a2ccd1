import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const terminal = new URL('terminal.ts', import.meta.url).href;

/** Speaks before and after its reader has gone, which it learns by its input, and then ends as it wants to. */
const program = `
  import { openTerminal } from ${JSON.stringify(terminal)};
  const { say, announce } = openTerminal({ json: false });
  say('first');
  process.stdin.once('data', async () => {
    for (let line = 0; line < 5; line++) {
      announce('more');
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.exit(7);
  });
`;

it('goes on when its reader has gone, and says nothing about it', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: {},
  });
  const errors: string[] = [];
  child.stderr.on('data', (data) => errors.push(String(data)));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  await once(child.stdout, 'close');
  child.stdin.write('gone');
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, errors }).toEqual({ code: 7, errors: [] });
}, 60_000);

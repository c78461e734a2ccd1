import { instructions } from './demo/instructions.ts';
import { helpText, readFlags } from './flags.ts';
import type { Flags } from './flags.ts';
import { killChildren } from './processes/child-process.ts';
import { diskSentence, StackError } from './stack-error.ts';
import { startStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { openTerminal } from './terminal.ts';

/** A second Ctrl-C within this time is the same one: npm passes on what the terminal has sent already. */
const SAME_SIGNAL_MS = 2_000;

const asked = readFlags(process.argv.slice(2), process.env);
if (asked.kind === 'run') await runStack(asked.flags);
else if (asked.kind === 'help') console.log(helpText);
else {
  console.error(asked.message);
  process.exitCode = 2;
}

/** Runs the system until it is told to stop. */
async function runStack(flags: Flags): Promise<void> {
  const { say, announce } = openTerminal(flags);
  const stopping = new AbortController();
  let askedAt = Infinity;
  const asks = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        if (Date.now() - askedAt > SAME_SIGNAL_MS) {
          say('Stopping at once.');
          killChildren();
          process.exit(130);
        }
        if (askedAt === Infinity) say('Stopping ... (once more to stop at once)');
        askedAt = Math.min(askedAt, Date.now());
        stopping.abort(new StackError('Stopped.'));
        resolve();
      });
  });
  try {
    const stack = await startStack(flags, { say, signal: stopping.signal });
    announce(flags.json ? JSON.stringify(stack.description) : describe(stack));
    await asks;
    await stack.stop();
    say('Stopped.');
    process.exit(0);
  } catch (error) {
    // Whatever a start that was told to stop stumbled over, it has been taken down.
    if (stopping.signal.aborted) process.exit(0);
    const sentence = error instanceof StackError ? error.message : diskSentence(error, flags.data);
    console.error(sentence ?? error);
    process.exit(1);
  }
}

function describe({ description, logFolder }: Stack): string {
  const { url, api_key, account, workspace, kafka, postgres, webhooks } = description;
  const more: [string, string][] = [
    ['PostgreSQL', postgres],
    ['Logs', logFolder],
  ];
  return `\n${instructions({ url, apiKey: api_key, account, workspace, kafka, webhooks, more })}\nCtrl-C stops everything.`;
}

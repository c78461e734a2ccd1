/** Where the launcher speaks to the person, or the script, that started it. */
export interface Terminal {
  /** A line for a person; with `--json` on the error output, so that scripts read the standard output alone. */
  say: (text: string) => void;
  /** What is printed once all is ready. */
  announce: (text: string) => void;
}

export function openTerminal({ json }: { json: boolean }): Terminal {
  // A reader that went away (`npm start | head`) is no reason to stop the system.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreBrokenPipe);
  const people = json ? process.stderr : process.stdout;
  return {
    say: (text) => people.write(`${text}\n`),
    announce: (text) => process.stdout.write(`${text}\n`),
  };
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}

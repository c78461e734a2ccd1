/**
 * Loaded first into every process that the stack starts: when the launcher is gone, killed or crashed, the channel to it
 * closes, and the process stops as it would on SIGTERM.
 */
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { isMainThread } from 'node:worker_threads';

const MAX_DRAIN_MS = 20_000;

if (isMainThread && process.channel) {
  process.once('disconnect', () => {
    if (process.platform !== 'win32') discardOutput();
    // No listener yet: it is still loading, and holds nothing.
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(0);
    setTimeout(() => process.exit(1), MAX_DRAIN_MS).unref();
  });
  process.channel.unref();
}

/**
 * Nobody reads the output any more, and a logger that flushes into a broken pipe at its exit tries for ever. The lowest
 * free descriptor is the one that a file opened next gets.
 */
function discardOutput(): void {
  for (const descriptor of [1, 2]) {
    closeSync(descriptor);
    openSync(devNull, 'w');
  }
}

/**
 * Loaded first into every process that the stack starts: when the launcher is gone, killed or crashed, the channel to it
 * closes, and the process stops as it would on SIGTERM.
 */
import { isMainThread } from 'node:worker_threads';

const MAX_DRAIN_MS = 20_000;

if (isMainThread && process.channel) {
  process.once('disconnect', () => {
    // No listener yet: it is still loading, and holds nothing.
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(0);
    setTimeout(() => process.exit(1), MAX_DRAIN_MS).unref();
  });
  process.channel.unref();
}

/** The services write the level's name, other programs pino's number. */
const ERROR_LEVELS: unknown[] = ['error', 'fatal', 50, 60];
const REPEAT_MS = 30_000;
const KEPT_LINES = 12;

/** Watches the output of one process for what a person should see on the terminal. */
export interface Complaints {
  /** Takes a line of output; returns what to show of it, if anything. */
  read: (line: string, stream: 'stdout' | 'stderr') => string | undefined;
  /** Why the process probably ended: its last error, in one line. */
  last: () => string | undefined;
}

/** The same message is shown once in half a minute: a service that retries would flood the terminal. */
export function watchComplaints(now: () => number = Date.now): Complaints {
  const shownAt = new Map<string, number>();
  let stderr: string[] = [];
  let lastError: string | undefined;
  let thrown: string | undefined;

  return {
    read: (line, stream) => {
      const message = errorOf(line);
      if (message !== undefined) {
        lastError = message;
        if (now() - (shownAt.get(message) ?? -Infinity) < REPEAT_MS) return undefined;
        if (shownAt.size > 100) shownAt.clear();
        shownAt.set(message, now());
        return message;
      }
      if (stream !== 'stderr' || line.trim() === '' || isRemark(line)) return undefined;
      if (/^(?:Uncaught )?[\w.]*(?:Error|Exception)\b.*: /.test(line)) thrown = line;
      stderr = [...stderr, line.trim()].slice(-KEPT_LINES);
      return undefined;
    },
    last: () => {
      const said = lastError ?? thrown ?? stderr.join(' ');
      return said === '' ? undefined : said;
    },
  };
}

/** The text of a log line of level error or above, as pino, the embedded broker or PostgreSQL write it. */
function errorOf(line: string): string | undefined {
  if (line.startsWith('{')) return pinoError(line);
  const broker = /^(?:error|fatal) (.+)/.exec(line)?.[1];
  if (broker !== undefined) return broker;
  const postgres = /\b(?:FATAL|PANIC): {2}(.*)/.exec(line)?.[1];
  // What PostgreSQL says to clients that come too early or stay too long is no complaint.
  return postgres !== undefined && /starting up|shutting down|administrator command/.test(postgres)
    ? undefined
    : postgres;
}

function pinoError(line: string): string | undefined {
  let entry: { level?: unknown; msg?: unknown; error?: { message?: unknown }; err?: { message?: unknown } };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!ERROR_LEVELS.includes(entry.level)) return undefined;
  const cause = entry.error?.message ?? entry.err?.message;
  return [entry.msg, cause].filter((part) => typeof part === 'string' && part !== '').join(': ');
}

/** Warnings of Node, lines of a level below error, and the lines of a stack. */
function isRemark(line: string): boolean {
  return /^\(node:\d+\)|^\(Use `node --trace|^(?:trace|debug|info|warn) |\bLOG: {2}|^ +at /.test(line);
}

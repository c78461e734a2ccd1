/**
 * SQLSTATEs that tell of the server's state and not of the statement
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html). Two letters and digits stand for a whole class.
 */
const RETRYABLE_STATES = new Set([
  '08', // connection exceptions
  '40', // transaction rollback: serialization failure, deadlock
  '53', // insufficient resources: disk full, out of memory, too many connections
  '25006', // read-only transaction: we are talking to a standby during a failover
  '55P03', // lock not available
  '57014', // query canceled: our own statement timeout, on a server that is too slow just now
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now: starting up
  '57P05', // idle session timeout
  '58030', // I/O error
]);

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT', // a Unix socket that is not there yet
]);

/** pg tells these in words only. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|Query read timeout|Cannot use a pool after calling end)/;

/**
 * Whether the same work may succeed later: the database is away, overloaded, full or failing over, or two transactions
 * stood in each other's way. After an error in a COMMIT it is unknown whether the work was done: repeat only what is safe
 * to repeat. Looks at the causes of an error too.
 */
export function isRetryable(error: unknown): boolean {
  for (
    let current = error, depth = 0;
    isObject(current) && depth < 5;
    current = current['cause'], depth += 1
  ) {
    const { code, message } = current;
    if (typeof code === 'string') {
      if (NETWORK_CODES.has(code)) return true;
      if (code.length === 5 && (RETRYABLE_STATES.has(code) || RETRYABLE_STATES.has(code.slice(0, 2))))
        return true;
    }
    if (typeof message === 'string' && CONNECTION_MESSAGES.test(message)) return true;
  }
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

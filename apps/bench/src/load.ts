import autocannon from 'autocannon';

/** What a load run measured. Latencies in milliseconds. */
export interface LoadResult {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  answered: number;
  /** Answers other than 2xx, and requests without an answer. */
  failed: number;
}

/** A body of about 1 KB of JSON, as a vendor would send it. */
export const body = JSON.stringify({
  action: 'opened',
  number: 1347,
  sender: { login: 'octocat', id: 583231, site_admin: false },
  repository: { id: 1296269, full_name: 'octocat/hello-world', private: false, labels: ['a', 'b', 'c'] },
  description: 'x'.repeat(780),
});

/** Loads a URL with POSTs for some seconds, over some connections, at a rate where one is given. */
export async function load(
  url: string,
  {
    seconds,
    connections = 64,
    rate,
    headers = {},
    ownThread = false,
  }: {
    seconds: number;
    connections?: number;
    rate?: number;
    headers?: Record<string, string>;
    /** The load comes from a thread of its own, beside another that is measured. */
    ownThread?: boolean;
  },
): Promise<LoadResult> {
  const result = await autocannon({
    url,
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    connections,
    duration: seconds,
    ...(rate === undefined ? {} : { overallRate: rate }),
    ...(ownThread ? { workers: 1 } : {}),
  });
  return {
    requestsPerSecond: result['2xx'] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    answered: result['2xx'],
    failed: result.non2xx + result.errors,
  };
}

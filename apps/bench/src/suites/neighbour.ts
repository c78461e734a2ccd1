import { load } from '../load.ts';
import type { Row } from '../report.ts';
import type { BenchSystem } from '../system.ts';

const SECONDS = 10;
/** What the noisy webhook is called with: far beyond the 50 a second that are its due. */
const NOISE_PER_SECOND = 2_000;

/**
 * One noisy URL and its neighbour on the same ingress: the latency of a webhook that is called 50 times a second, alone, beside
 * a noisy one that is held to its limits (429), and beside the same noise without limits.
 */
export async function neighbour(kafkaName: string, system: BenchSystem): Promise<Row[]> {
  const calm = await system.createWebhook('receipt');
  const limited = await system.createWebhook('receipt', { limits: {} });
  const unlimited = await system.createWebhook('receipt');
  // Until what all of them run through is compiled, the broker's Java too: a cold system is slow beside any noise.
  await load(unlimited, { seconds: 120, rate: 700, connections: 32 });
  await load(limited, { seconds: 10, rate: NOISE_PER_SECOND, connections: 256, ownThread: true });
  await load(calm, { seconds: 3, rate: 50, connections: 8 });

  const measured = async (what: string, noisy?: string): Promise<Row> => {
    const [quiet, noise] = await Promise.all([
      load(calm, { seconds: SECONDS, rate: 50, connections: 8 }),
      noisy === undefined
        ? undefined
        : load(noisy, { seconds: SECONDS, rate: NOISE_PER_SECOND, connections: 256, ownThread: true }),
    ]);
    return {
      what: `${kafkaName}: ${what}`,
      'p50 ms': quiet.p50,
      'p99 ms': quiet.p99,
      failed: quiet.failed,
      'noise taken': noise?.answered ?? 0,
      'noise refused': noise?.failed ?? 0,
    };
  };
  return [
    await measured('a webhook called 50 times a second, alone'),
    await measured(`beside one called ${NOISE_PER_SECOND} times a second, with its limits`, limited),
    await measured(`beside one called ${NOISE_PER_SECOND} times a second, without limits`, unlimited),
  ];
}

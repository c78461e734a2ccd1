/** Samples of one scrape: metric with labels, to value. */
export type Scrape = Map<string, number>;

/** Reads a service's metrics (Prometheus text format). */
export async function scrape(serviceUrl: string): Promise<Scrape> {
  const text = await (await fetch(`${serviceUrl}/metrics`)).text();
  const samples: Scrape = new Map();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][^ ]*(?:\{.*\})?) (\S+)/.exec(line);
    if (match) samples.set(match[1]!, Number(match[2]));
  }
  return samples;
}

/** A quantile of what a histogram counted between two scrapes, interpolated inside its bucket as Prometheus does. */
export function histogramQuantile(metric: string, quantile: number, before: Scrape, after: Scrape): number {
  const buckets = [...after]
    .filter(([name]) => name.startsWith(`${metric}_bucket{`))
    .map(([name, count]) => ({ bound: boundOf(name), count: count - (before.get(name) ?? 0) }))
    .sort((a, b) => a.bound - b.bound);
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) throw new Error(`${metric} has counted nothing between the scrapes.`);
  const rank = quantile * total;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const { bound, count } = buckets[index]!;
  const below = buckets[index - 1] ?? { bound: 0, count: 0 };
  if (bound === Infinity) return below.bound;
  return below.bound + ((bound - below.bound) * (rank - below.count)) / (count - below.count);
}

function boundOf(name: string): number {
  const bound = /le="([^"]+)"/.exec(name)?.[1];
  return bound === '+Inf' ? Infinity : Number(bound);
}

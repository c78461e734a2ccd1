/** Work that waits to be joined. */
interface Waiting<Item> {
  item: Item;
  weight: number;
  resolve: (done: boolean) => void;
}

/**
 * Joins what comes while one `run` is underway into the next: the more there is to do, the less each part costs. What
 * comes in the same turn of the event loop is joined too. `run` gives those of its items that are done. Resolves to
 * whether this item was; a `run` that throws has done none.
 */
export function joinWork<Item>(
  run: (items: Item[]) => Promise<Set<Item>>,
  { maxWeight, onFailure }: { maxWeight: number; onFailure: (error: unknown) => void },
): (item: Item, weight: number) => Promise<boolean> {
  let waiting: Waiting<Item>[] = [];
  let running = false;

  /** As many as fit, and at least one. */
  function takeSome(): Waiting<Item>[] {
    let weight = 0;
    const end = waiting.findIndex((next, index) => (weight += next.weight) > maxWeight && index > 0);
    const taken = end === -1 ? waiting : waiting.slice(0, end);
    waiting = end === -1 ? [] : waiting.slice(end);
    return taken;
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const taken = takeSome();
      let done = new Set<Item>();
      try {
        done = await run(taken.map(({ item }) => item));
      } catch (error) {
        onFailure(error);
      }
      for (const { item, resolve } of taken) resolve(done.has(item));
    }
    running = false;
  }

  return (item, weight) =>
    new Promise((resolve) => {
      waiting.push({ item, weight, resolve });
      if (running) return;
      running = true;
      setImmediate(() => void work());
    });
}

import type { ApiKeyDirectory } from '@tributary/api-auth';
import { accessRecord, parseJson, topics } from '@tributary/event-schemas';
import type { AccessRecord } from '@tributary/event-schemas';
import { createTable } from '@tributary/messaging';
import type { Messaging, Table } from '@tributary/messaging';
import type { Health, Member } from '@tributary/service-runtime';
import { decodeHook } from './webhook-directory.ts';
import type { DeletedHook, Hook } from './webhook-directory.ts';

/** A compacted topic that this instance knows, and whether it knows it well enough. */
export interface CurrentTable extends Member {
  /** Whether it has been proven a short time ago that nothing is missing. */
  isCurrent: () => boolean;
}

/** The webhooks. Without current knowledge of them nobody is served. */
export function createHookTable(
  messaging: Messaging,
  options: { staleAfterMs: number; onChange: (id: string, hook: Hook | DeletedHook | undefined) => void },
): CurrentTable {
  const table = createTable<Hook | DeletedHook>(messaging, {
    topic: topics.webhooks.name,
    decode: ({ value }) => decodeHook(value),
    onChange: options.onChange,
    supersedes: (next, known) => next.version >= known.version,
  });
  return current(table, options.staleAfterMs);
}

/** The API keys, for webhooks that ask for the key of a service account. */
export function createAccessTable(
  messaging: Messaging,
  { staleAfterMs, keys }: { staleAfterMs: number; keys: ApiKeyDirectory },
): CurrentTable {
  const table = createTable<AccessRecord>(messaging, {
    topic: topics.access.name,
    decode: ({ value }) => accessRecord.safeParse(parseJson(value!.toString())).data,
    onChange: (id, record) => {
      if (record) keys.put(record);
      else keys.remove(id);
    },
  });
  const { health: _, ...member } = current(table, staleAfterMs);
  // Webhooks without a service account are served without it: it does not make the instance unready.
  return member;
}

function current(table: Table<unknown>, staleAfterMs: number): CurrentTable {
  const isCurrent = (): boolean => Date.now() - table.provenCurrentAt() <= staleAfterMs;
  return {
    isCurrent,
    start: () => table.start(),
    stop: () => table.stop(),
    health: (): Health => {
      if (isCurrent()) return table.health();
      return { healthy: false, detail: `not proven current for more than ${staleAfterMs} ms` };
    },
  };
}

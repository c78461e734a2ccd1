import { maxRecordBytes } from '@tributary/event-schemas';
import { createMessaging, createTable } from '@tributary/messaging';
import { pino } from 'pino';

export interface TopicLog {
  /** Every value of a key that was ever read, in order; null for a tombstone. */
  of: (key: string) => (Record<string, unknown> | null)[];
  /** Everything that was read, as text. */
  text: () => string;
  stop: () => Promise<void>;
}

/** Reads a topic from its beginning, for as long as the test runs. */
export async function readTopic(brokers: string[], topic: string): Promise<TopicLog> {
  const logger = pino({ level: 'silent' });
  const messaging = createMessaging({ brokers, clientId: 'test-reader', logger, maxRecordBytes });
  const records = new Map<string, (Record<string, unknown> | null)[]>();
  const put = (key: string, value: Record<string, unknown> | null): void => {
    records.set(key, [...(records.get(key) ?? []), value]);
  };
  const table = createTable<string>(messaging, {
    topic,
    decode: ({ key, value }) => {
      put(String(key), JSON.parse(String(value)) as Record<string, unknown>);
      return 'read';
    },
    onChange: (key, value) => {
      if (value === undefined) put(key, null);
    },
  });
  await table.start();
  return {
    of: (key) => records.get(key) ?? [],
    text: () => JSON.stringify([...records]),
    stop: async () => {
      await table.stop();
      await messaging.close();
    },
  };
}

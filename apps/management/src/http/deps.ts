import type { KeyRing } from '@tributary/encryption';
import type { Pool } from '@tributary/postgres';
import type { Logger } from '@tributary/service-runtime';

/** What the endpoints work with. */
export interface ManagementDeps {
  pool: Pool;
  ring: KeyRing;
  /** Resolves to true once every committed change of a key is on Kafka, to false when that takes too long. */
  delivered: (key: string) => Promise<boolean>;
  /** Origin under which clients reach the system. */
  publicUrl: string;
  logger: Logger;
}

import type { KeyRing } from '@tributary/encryption';
import type { Pool } from '@tributary/postgres';
import type { Logger } from '@tributary/service-runtime';
import type { Environment } from '@tributary/templating';

/** What the endpoints work with. */
export interface ManagementDeps {
  pool: Pool;
  ring: KeyRing;
  /** Resolves to true once every committed change of a key is on Kafka, to false when that takes too long. */
  delivered: (key: string) => Promise<boolean>;
  /** Makes sure that a topic which a webhook names is there; rejects with a problem when it cannot be had in time. */
  ensureTopic: (topic: string) => Promise<void>;
  /** What the names of such topics begin with. */
  topicPrefix: string;
  /** What saved templates are checked with, under the limits of this installation. */
  templates: Environment;
  /** Origin under which clients reach the system. */
  publicUrl: string;
  logger: Logger;
}

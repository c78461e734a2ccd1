import { createKeyRing } from '@tributary/encryption';
import { integer, readable, secret, serviceEnv } from '@tributary/service-runtime';
import { defaultLimits } from '@tributary/templating';
import { z } from 'zod';

/** The environment of the renderer. README.md explains each variable. */
export const rendererEnv = z.object({
  ...serviceEnv,
  PORT: integer(0, 65_535).default(4221),
  MASTER_KEY: secret(readable(createKeyRing)),
  MAX_BATCH_RECORDS: integer(1, 10_000).default(500),
  COMPILED_TEMPLATES: integer(1, 1_000_000).default(2_000),
  MAX_TEMPLATE_STEPS: integer(1_000, 100_000_000).default(defaultLimits.steps),
  MAX_TEMPLATE_RANGE: integer(1, 100_000).default(defaultLimits.rangeLength),
  MAX_TEMPLATE_LOOPS: integer(1, 10_000).default(defaultLimits.loops),
  MAX_TEMPLATE_LOOP_DEPTH: integer(1, 60).default(defaultLimits.loopDepth),
  MAX_DEDUPLICATION_BYTES: integer(1_048_576, 68_719_476_736).default(134_217_728),
  /** Where stored executions are asked for; by default through the system's own origin. */
  EVENT_STORE_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  WEBHOOK_GRACE_MS: integer(0, 600_000).default(10_000),
});

export type RendererConfig = z.output<typeof rendererEnv>;

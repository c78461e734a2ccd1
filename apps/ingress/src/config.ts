import { createKeyRing } from '@tributary/encryption';
import { integer, KEEP_ALIVE_TIMEOUT_MS, parsed, secret, serviceEnv } from '@tributary/service-runtime';
import { z } from 'zod';

const MINUTE_MS = 60_000;
const GIBIBYTE = 1_073_741_824;

/** The environment of the ingress. README.md explains each variable. */
export const ingressEnv = z.object({
  ...serviceEnv,
  PORT: integer(0, 65_535).default(4211),
  MASTER_KEY: secret(parsed(createKeyRing)),
  TRUSTED_PROXIES: integer(0, 10).default(0),
  WAIT_LIMIT_MS: integer(1, MINUTE_MS).default(5_000),
  MAX_WAITERS: integer(0, 1_000_000).default(10_000),
  REPLY_PARTITION: integer(0, 9_999).optional(),
  STALE_AFTER_MS: integer(100, 10 * MINUTE_MS).default(10_000),
  PUBLISH_TIMEOUT_MS: integer(100, MINUTE_MS).default(5_000),
  PRODUCERS: integer(1, 16).default(2),
  MAX_IN_FLIGHT_CALLS: integer(1, 1_000_000).default(4_096),
  MAX_IN_FLIGHT_BYTES: integer(1_048_576, 16 * GIBIBYTE).default(134_217_728),
  REJECTED_PER_SECOND: integer(0, 1_000).default(5),
  REJECTED_TOTAL_PER_SECOND: integer(0, 10_000).default(100),
  REJECTED_BYTES_PER_SECOND: integer(0, GIBIBYTE).default(1_048_576),
  USAGE_INTERVAL_MS: integer(100, 10 * MINUTE_MS).default(5_000),
  MAX_URL_BYTES: integer(256, 65_536).default(8_192),
  MAX_HEADER_BYTES: integer(1_024, 131_072).default(32_768),
  HEADERS_TIMEOUT_MS: integer(100, 10 * MINUTE_MS).default(10_000),
  REQUEST_TIMEOUT_MS: integer(100, 10 * MINUTE_MS).default(30_000),
  KEEP_ALIVE_TIMEOUT_MS: integer(0, 10 * MINUTE_MS).default(KEEP_ALIVE_TIMEOUT_MS),
});

export type IngressConfig = z.output<typeof ingressEnv>;

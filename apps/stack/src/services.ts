/** A service of the system as the stack runs it. */
export interface ServiceDefinition {
  /** Port of its first instance; further instances count up from it. */
  port: number;
  /** Secrets and addresses it is given, beyond what every service gets. */
  environment: readonly (
    'DATABASE_URL' | 'MASTER_KEY' | 'PAGE_TOKEN_KEY' | 'BOOTSTRAP' | 'TRUSTED_PROXIES'
  )[];
  /** Flags of Node itself. */
  nodeArgs?: readonly string[];
}

/**
 * A bound on the heap, in MiB. Without the second flag V8 would make the young generation a 256th of the first, and spend a
 * third of the CPU on moving what dies young.
 */
const heapBound = (mebibytes: number) => [`--max-old-space-size=${mebibytes}`, '--max-semi-space-size=16'];

/** The four services: everything the launcher knows about them. */
export const services = {
  // Room for some 500,000 webhooks; with more, V8 would keep twice the memory that 100,000 need.
  ingress: {
    port: 4211,
    environment: ['MASTER_KEY', 'TRUSTED_PROXIES'],
    nodeArgs: heapBound(768),
  },
  // It runs templates of strangers: each has its limits, and all of them this one.
  'template-renderer': { port: 4221, environment: ['MASTER_KEY'], nodeArgs: heapBound(1_024) },
  'event-store': { port: 4231, environment: ['DATABASE_URL', 'MASTER_KEY', 'PAGE_TOKEN_KEY'] },
  management: { port: 4241, environment: ['DATABASE_URL', 'MASTER_KEY', 'BOOTSTRAP'] },
} as const satisfies Record<string, ServiceDefinition>;

export type ServiceName = keyof typeof services;

export const serviceNames = Object.keys(services) as ServiceName[];

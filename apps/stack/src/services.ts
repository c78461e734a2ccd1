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

/** The four services: everything the launcher knows about them. */
export const services = {
  // Room for some 500,000 webhooks; with more, V8 would keep twice the memory that 100,000 need.
  ingress: {
    port: 4211,
    environment: ['MASTER_KEY', 'TRUSTED_PROXIES'],
    nodeArgs: ['--max-old-space-size=768'],
  },
  // It runs templates of strangers: each has its limits, and all of them this one.
  'template-renderer': { port: 4221, environment: ['MASTER_KEY'], nodeArgs: ['--max-old-space-size=1024'] },
  'event-store': { port: 4231, environment: ['DATABASE_URL', 'MASTER_KEY', 'PAGE_TOKEN_KEY'] },
  management: { port: 4241, environment: ['DATABASE_URL', 'MASTER_KEY', 'BOOTSTRAP'] },
} as const satisfies Record<string, ServiceDefinition>;

export type ServiceName = keyof typeof services;

export const serviceNames = Object.keys(services) as ServiceName[];

/** A service of the system as the stack runs it. */
export interface ServiceDefinition {
  /** Port of its first instance; further instances count up from it. */
  port: number;
  /** Secrets and addresses it is given, beyond what every service gets. */
  environment: readonly (
    'DATABASE_URL' | 'MASTER_KEY' | 'PAGE_TOKEN_KEY' | 'BOOTSTRAP' | 'TRUSTED_PROXIES'
  )[];
}

/** The four services: everything the launcher knows about them. */
export const services = {
  ingress: { port: 4211, environment: ['MASTER_KEY', 'TRUSTED_PROXIES'] },
  'template-renderer': { port: 4221, environment: ['MASTER_KEY'] },
  'event-store': { port: 4231, environment: ['DATABASE_URL', 'MASTER_KEY', 'PAGE_TOKEN_KEY'] },
  management: { port: 4241, environment: ['DATABASE_URL', 'MASTER_KEY', 'BOOTSTRAP'] },
} as const satisfies Record<string, ServiceDefinition>;

export type ServiceName = keyof typeof services;

export const serviceNames = Object.keys(services) as ServiceName[];

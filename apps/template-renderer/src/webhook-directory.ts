import { activeWebhook, deletedWebhook, parseJson } from '@tributary/event-schemas';
import type { ActiveWebhook, CapturedRequest } from '@tributary/event-schemas';
import type { IncomingRecord } from '@tributary/messaging';
import type { z } from 'zod';
import { renderingFields } from './rendering-fields.ts';

/** What rendering needs of a webhook; the slug stays encrypted, and of its secrets only the names of headers are kept. */
const rendered = activeWebhook
  .pick({
    id: true,
    name: true,
    version: true,
    ...renderingFields,
    topic: true,
    slug_encrypted: true,
    limits: true,
    authentication: true,
  })
  .transform(({ authentication, ...webhook }) => ({ ...webhook, ...headersOf(authentication) }));

/** A webhook's configuration, as far as rendering needs it. */
export type RenderedWebhook = z.output<typeof rendered>;
export type KnownWebhook = RenderedWebhook | { deleted: true; id: string; version: number };

/** Names in lower case of headers that hold this webhook's own keys, and of those that hold its signatures. */
function headersOf(authentication: ActiveWebhook['authentication']): {
  key_headers: readonly string[];
  signature_headers: readonly string[];
} {
  if (authentication.length === 0) return NO_HEADERS;
  const keys: string[] = [];
  const signatures: string[] = [];
  for (const entry of authentication) {
    if (entry.type === 'api_key' && entry.in === 'header') keys.push(entry.name.toLowerCase());
    if (entry.type !== 'signature' || !('scheme' in entry)) continue;
    const { header } = entry.scheme;
    if (typeof header === 'string') signatures.push(header.toLowerCase());
  }
  return { key_headers: keys, signature_headers: signatures };
}

const NO_HEADERS = { key_headers: [], signature_headers: [] };

/** Reads a record of `tributary.webhooks`; undefined for one that is not valid. */
export function decodeWebhook({ value }: Pick<IncomingRecord, 'value'>): KnownWebhook | undefined {
  if (value === null) return undefined;
  const json = parseJson(value.toString());
  const isDeleted = typeof json === 'object' && json !== null && 'deleted' in json;
  return (isDeleted ? deletedWebhook : rendered).safeParse(json).data;
}

export interface WebhookDirectoryOptions {
  get: (id: string) => KnownWebhook | undefined;
  /** When it was last proven that nothing newer exists; milliseconds since the epoch. */
  provenCurrentAt: () => number;
  /** How long a version that a proof says does not exist is still waited for. */
  graceMs: number;
  now?: () => number;
}

/** The webhooks of the system, and the means to wait for one that is on its way. */
export interface WebhookDirectory {
  /** The webhook at the version that the ingress saw, or a newer one; undefined while it is not known. */
  find: (request: Pick<CapturedRequest, 'webhook_id' | 'webhook_version'>) => KnownWebhook | undefined;
  /**
   * Waits until the webhook is known, calling `pause` about every second. What the ingress saw is on the topic, so this
   * waits for as long as the topic cannot be read; once the topic is proven read past the grace time, the version does
   * not exist (it was lost, or made up), and what is known of the webhook, perhaps nothing, is the answer.
   */
  waitFor: (
    request: Pick<CapturedRequest, 'webhook_id' | 'webhook_version'>,
    pause: () => Promise<void>,
  ) => Promise<KnownWebhook | undefined>;
  /** To be called at every change of the table. */
  changed: (id: string) => void;
}

const PAUSE_MS = 1_000;

export function createWebhookDirectory(options: WebhookDirectoryOptions): WebhookDirectory {
  const { get, provenCurrentAt, graceMs, now = Date.now } = options;
  const waiting = new Map<string, Set<() => void>>();

  const find: WebhookDirectory['find'] = ({ webhook_id: id, webhook_version: version }) => {
    const known = get(id);
    return known !== undefined && known.version >= version ? known : undefined;
  };

  const nextChange = (id: string, timeoutMs: number): Promise<void> =>
    new Promise((resolve) => {
      const wakers = waiting.get(id) ?? new Set();
      const wake = (): void => {
        clearTimeout(timer);
        wakers.delete(wake);
        if (wakers.size === 0) waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      waiting.set(id, wakers.add(wake));
    });

  return {
    find,
    waitFor: async (request, pause) => {
      const since = now();
      for (;;) {
        const known = find(request);
        if (known) return known;
        if (provenCurrentAt() >= since + graceMs) return get(request.webhook_id);
        await nextChange(request.webhook_id, PAUSE_MS);
        await pause();
      }
    },
    changed: (id) => {
      for (const wake of [...(waiting.get(id) ?? [])]) wake();
    },
  };
}

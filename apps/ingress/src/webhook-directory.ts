import { hash } from 'node:crypto';
import { activeWebhook, deletedWebhook, parseJson } from '@tributary/event-schemas';
import type { ResponseMode, ResponseSettings } from '@tributary/event-schemas';
import { protectionOf } from './protection.ts';
import type { Protection } from './protection.ts';

/** What the ingress keeps of a webhook. The template, by far its largest part, is the renderer's. */
export interface Hook {
  id: string;
  account: string;
  workspace: string;
  version: number;
  enabled: boolean;
  slugSha256: string;
  methods: ReadonlySet<string>;
  /** The value of the header `Allow`. */
  allow: string;
  mode: ResponseMode;
  /** Of a `sync` webhook: the milliseconds that its caller waits. */
  syncTimeoutMs: number | undefined;
  /** Whether a call may be a duplicate that gets the answer of the first one. */
  deduplicates: boolean;
  maxBodyBytes: number;
  /** Null: no limit. */
  requestsPerSecond: number | null;
  /** Null: no limit. */
  concurrency: number | null;
  ordered: boolean;
  /** Undefined: everyone may call. */
  protection: Protection | undefined;
}

/** A webhook that is gone; its version still outranks a late record from before. */
export interface DeletedHook {
  deleted: true;
  version: number;
}

/** The fields of a record that every call needs. The rest is read when the webhook is called, if it is the ingress' at all. */
const hookRecord = activeWebhook.pick({
  id: true,
  account: true,
  workspace: true,
  version: true,
  enabled: true,
  slug_sha256: true,
  methods: true,
  response: true,
  limits: true,
  ordered: true,
  service_account_id: true,
});

/** Reads a record's value on `tributary.webhooks`; undefined when it is none. */
export function decodeHook(value: Buffer | null): Hook | DeletedHook | undefined {
  const json = value === null ? undefined : parseJson(value.toString());
  if (typeof json !== 'object' || json === null) return undefined;
  if ('deleted' in json && json.deleted === true) {
    const deleted = deletedWebhook.safeParse(json).data;
    return deleted && { deleted: true, version: deleted.version };
  }
  const record = hookRecord.safeParse(json).data;
  if (!record) return undefined;
  return {
    id: record.id,
    account: shared(record.account),
    workspace: shared(record.workspace),
    version: record.version,
    enabled: record.enabled,
    slugSha256: record.slug_sha256,
    ...methodsOf(record.methods),
    mode: record.response.mode,
    syncTimeoutMs: syncTimeoutOf(record.response),
    // Of the rest it is the renderer's.
    deduplicates: 'deduplication' in json && json.deduplication !== null,
    maxBodyBytes: record.limits.max_body_bytes,
    requestsPerSecond: record.limits.requests_per_second,
    concurrency: record.limits.concurrency,
    ordered: record.ordered,
    protection: protectionOf(json, record.service_account_id),
  };
}

function syncTimeoutOf(response: ResponseSettings): number | undefined {
  return response.mode === 'sync' ? response.timeout_ms : undefined;
}

/** The webhooks that can be called, by slug. One that is disabled, deleted or rotated away is not in it at all. */
export interface WebhookDirectory {
  /** Takes what is now known of the webhook `id`; undefined: nothing any more. */
  put(id: string, hook: Hook | DeletedHook | undefined): void;
  /** Hash and look-up take the same time whether the webhook exists, is disabled or never was. */
  find(slug: string): Hook | undefined;
  readonly size: number;
}

export function createWebhookDirectory(): WebhookDirectory {
  const bySlug = new Map<string, Hook>();
  const slugOf = new Map<string, string>();

  return {
    put(id, hook) {
      const known = slugOf.get(id);
      const next = hook !== undefined && !('deleted' in hook) && hook.enabled ? hook : undefined;
      if (known !== undefined && known !== next?.slugSha256) bySlug.delete(known);
      if (next === undefined) {
        slugOf.delete(id);
      } else {
        slugOf.set(id, next.slugSha256);
        bySlug.set(next.slugSha256, next);
      }
    },
    find: (slug) => bySlug.get(hash('sha256', slug, 'hex')),
    get size() {
      return bySlug.size;
    },
  };
}

/** Accounts and workspaces are far fewer than webhooks, which share their ids. */
const sharedIds = new Map<string, string>();

function shared(id: string): string {
  const known = sharedIds.get(id);
  if (known !== undefined) return known;
  sharedIds.set(id, id);
  return id;
}

/** A hundred thousand webhooks mostly allow the same methods: they share one set. */
const methodSets = new Map<string, Pick<Hook, 'methods' | 'allow'>>();

function methodsOf(names: readonly string[]): Pick<Hook, 'methods' | 'allow'> {
  const allow = [...names].sort().join(', ');
  const known = methodSets.get(allow);
  if (known) return known;
  const made = { methods: new Set(names), allow };
  methodSets.set(allow, made);
  return made;
}

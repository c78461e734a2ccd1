import { dictOf, parseForm } from '@tributary/body-parsing';
import type { ParsedBody } from '@tributary/body-parsing';
import type { CapturedRequest } from '@tributary/event-schemas';
import { caseInsensitiveDict, PyDict } from '@tributary/templating';
import type { Value } from '@tributary/templating';

/** The part of a webhook that its templates see. */
export interface TemplateWebhook {
  id: string;
  name: string;
  /** Names in lower case of the headers that hold its keys: no template sees them. */
  key_headers: readonly string[];
  /** Its public URL, which holds the secret slug: asked for only when a template does. */
  url: () => string;
}

/** The part of a captured request that templates see. */
export type TemplateRequest = Pick<
  CapturedRequest,
  'execution_id' | 'workspace' | 'method' | 'path' | 'query' | 'headers' | 'received'
>;

/** What a template can reach: Prefect's `method`, `headers` and `body`, and what we add (design.md, "Templates"). */
export function templateContext({
  request,
  body,
  webhook,
}: {
  request: TemplateRequest;
  body: ParsedBody;
  webhook: TemplateWebhook;
}): ReadonlyMap<string, Value> {
  const headers = joinedHeaders(request.headers);
  for (const name of webhook.key_headers) headers.delete(name);
  return new Map<string, Value>([
    ['method', request.method],
    ['headers', caseInsensitiveDict(headers)],
    ['body', body.value],
    ['form', body.form],
    ['query', request.query === '' ? new PyDict() : dictOf(parseForm(request.query))],
    ['path', request.path],
    ['raw_body', body.text],
    ['body_encoding', body.encoding],
    ['content_type', headers.get('content-type') ?? ''],
    ['received', request.received],
    ['execution_id', request.execution_id],
    // For from_cloud_event: a CloudEvent's id is one of its workspace.
    ['workspace', request.workspace],
    ['webhook', new WebhookDict(webhook)],
  ]);
}

const CREDENTIALS = new Set(['authorization', 'proxy-authorization']);

/**
 * Headers by lower-case name, repeated ones joined by `, ` (RFC 9110, 5.3). The ingress cuts credentials already; what
 * would slip past it stops here.
 */
export function joinedHeaders(headers: CapturedRequest['headers']): Map<string, string> {
  const joined = new Map<string, string>();
  for (const [sent, value] of headers) {
    const name = sent.toLowerCase();
    if (CREDENTIALS.has(name)) continue;
    const known = joined.get(name);
    joined.set(name, known === undefined ? value : `${known}, ${value}`);
  }
  return joined;
}

/** The dict `webhook`. Its `url` is there for who asks by name, and in no listing: a slug never leaves by accident. */
class WebhookDict extends PyDict {
  readonly #url: () => string;

  constructor({ id, name, url }: Pick<TemplateWebhook, 'id' | 'name' | 'url'>) {
    super();
    this.set('id', id);
    this.set('name', name);
    this.#url = url;
  }

  override get(key: Value): Value | undefined {
    return key === 'url' ? this.#url() : super.get(key);
  }

  override has(key: Value): boolean {
    return key === 'url' || super.has(key);
  }
}

import type { ExecutionStep } from '@tributary/event-schemas';
import type { HookTarget } from './hook-target.ts';
import type { Hook } from './webhook-directory.ts';

/** What a captured request is made of, the body aside. */
export interface Capture {
  executionId: string;
  hook: Hook;
  method: string;
  target: HookTarget;
  /** Names and values alternating, as Node's `rawHeaders`. */
  rawHeaders: readonly string[];
  remoteAddress: string | undefined;
  received: string;
  replyPartition: number | null;
  steps: ExecutionStep[];
}

/**
 * The record header `request`: a `capturedRequest` of libs/event-schemas as JSON, credentials left out. Put together
 * from text, because it is written for every call; the schema is held by the test beside it.
 */
export function captureJson(capture: Capture): string {
  const { hook, target } = capture;
  return (
    `{"execution_id":"${capture.executionId}","webhook_id":"${hook.id}","webhook_version":${hook.version},` +
    `"account":"${hook.account}","workspace":"${hook.workspace}","method":"${capture.method}",` +
    `"path":${JSON.stringify(target.path)},"query":${JSON.stringify(target.query)},` +
    `"headers":${headersJson(capture.rawHeaders)},` +
    `"remote_address":${addressJson(capture.remoteAddress)},"received":"${capture.received}",` +
    `"reply_partition":${capture.replyPartition},"response_mode":"${hook.mode}","replay_of":null,"steps":${JSON.stringify(capture.steps)}}`
  );
}

function headersJson(rawHeaders: readonly string[]): string {
  const pairs: [string, string][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (!isCredential(name)) pairs.push([name, rawHeaders[index + 1]!]);
  }
  return JSON.stringify(pairs);
}

/** Compared by length first: two of some twenty headers get as far as being lower-cased. */
function isCredential(name: string): boolean {
  if (name.length === 13) return name.toLowerCase() === 'authorization';
  if (name.length === 19) return name.toLowerCase() === 'proxy-authorization';
  return false;
}

/** An IPv4 caller of a dual-stack socket is written as IPv4. */
function addressJson(address: string | undefined): string {
  if (address === undefined) return 'null';
  return JSON.stringify(address.startsWith('::ffff:') ? address.slice(7) : address);
}

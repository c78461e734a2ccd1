import type { ExecutionStep } from '@tributary/event-schemas';
import { UNKNOWN_ADDRESS } from './caller-address.ts';
import { keptHeaders, keptQuery } from './credential-cut.ts';
import type { CredentialNames } from './credential-cut.ts';
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
  /** What is cut beside `Authorization`. */
  credentials: CredentialNames | undefined;
  /** As `callerAddress` has it. */
  address: string;
  received: string;
  replyPartition: number | null;
  steps: ExecutionStep[];
}

/**
 * The record header `request`: a `capturedRequest` of libs/event-schemas as JSON, credentials left out. Put together
 * from text, because it is written for every call; the schema is held by the test beside it.
 */
export function captureJson(capture: Capture): string {
  const { hook, target, credentials, address } = capture;
  return (
    `{"execution_id":"${capture.executionId}","webhook_id":"${hook.id}","webhook_version":${hook.version},` +
    `"account":"${hook.account}","workspace":"${hook.workspace}","method":"${capture.method}",` +
    `"path":${JSON.stringify(target.path)},"query":${JSON.stringify(keptQuery(target.query, credentials))},` +
    `"headers":${JSON.stringify(keptHeaders(capture.rawHeaders, credentials))},` +
    `"remote_address":${address === UNKNOWN_ADDRESS ? null : JSON.stringify(address)},"received":"${capture.received}",` +
    `"reply_partition":${capture.replyPartition},"response_mode":"${hook.mode}","replay_of":null,"steps":${JSON.stringify(capture.steps)}}`
  );
}

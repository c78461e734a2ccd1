export { asyncApiDocument, jsonSchema } from './asyncapi.ts';
export { accessRecord, scopes } from './access.ts';
export type { AccessRecord, Scope } from './access.ts';
export {
  authenticationInput,
  authenticationLimits,
  authenticationRecord,
  shownAuthentication,
} from './authentication.ts';
export type { AuthenticationRecord, ShownAuthentication } from './authentication.ts';
export {
  canonicalInstant,
  canonicalUuid,
  clientEvent,
  event,
  eventLimits,
  instant,
  receivedEvent,
  resource,
  RESOURCE_ID,
  RESOURCE_NAME,
  RESOURCE_ROLE,
  uuid,
} from './event.ts';
export type { ClientEvent, Event, Resource } from './event.ts';
export { validateEvent, validateEvents } from './event-errors.ts';
export type { EventFault, EventValidation } from './event-errors.ts';
export {
  capturedRequest,
  causes,
  deduplicationRecord,
  execution,
  outcome,
  outcomeReply,
  outcomes,
  outcomeStatus,
  rejectedRequest,
  reply,
} from './execution.ts';
export type {
  CapturedRequest,
  Cause,
  DeduplicationRecord,
  Execution,
  ExecutionStep,
  Outcome,
  OutcomeReply,
  RejectedRequest,
  Reply,
} from './execution.ts';
export { executionError } from './execution-error.ts';
export type { ExecutionError } from './execution-error.ts';
export { handshakeInput, handshakeRecord, handshakeTypes, shownHandshake } from './handshake.ts';
export type { HandshakeRecord, ShownHandshake } from './handshake.ts';
export { isJsonObject, parseJson, parseJsonExactly } from './json.ts';
export { invalidAnswer, readReply } from './read-reply.ts';
export { consumerReply, replyAnswer } from './reply-answer.ts';
export type { ConsumerReply, ReplyAnswer } from './reply-answer.ts';
export { responseInput, responseLimits, responseModes, responseRecord } from './response.ts';
export type { ResponseMode, ResponseSettings } from './response.ts';
export { secretInput, secretPlace, secretRecord, shownSecret, slugPlace } from './secret.ts';
export type { KeptSecret, SecretInput, SecretRecord, ShownSecret } from './secret.ts';
export { normalizeInstant } from './time.ts';
export { maxRecordBytes, recordHeaders, topicConfig, topics } from './topics.ts';
export type { TopicDefinition } from './topics.ts';
export { usageRecord } from './usage.ts';
export type { UsageRecord } from './usage.ts';
export {
  activeWebhook,
  deletedWebhook,
  settingsRecord,
  webhook,
  WEBHOOK_FAILED,
  webhookLimits,
  webhookMethods,
  webhookRecord,
  webhookResourceId,
  webhookSettings,
} from './webhook.ts';
export type {
  ActiveWebhook,
  ActiveWebhookInput,
  WebhookInput,
  SettingsRecord,
  Webhook,
  WebhookRecord,
  WebhookSettings,
} from './webhook.ts';

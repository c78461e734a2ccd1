export { asyncApiDocument, jsonSchema } from './asyncapi.ts';
export { accessRecord, scopes } from './access.ts';
export type { AccessRecord, Scope } from './access.ts';
export {
  clientEvent,
  event,
  eventLimits,
  instant,
  receivedEvent,
  relatedResource,
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
  execution,
  executionError,
  executionStep,
  outcome,
  outcomeReply,
  outcomes,
  outcomeStatus,
} from './execution.ts';
export type {
  CapturedRequest,
  Execution,
  ExecutionError,
  ExecutionStep,
  Outcome,
  OutcomeReply,
} from './execution.ts';
export { isJsonObject, parseJsonExactly } from './json.ts';
export { normalizeInstant } from './time.ts';
export { maxRecordBytes, recordHeaders, topicConfig, topics } from './topics.ts';
export type { TopicDefinition } from './topics.ts';
export {
  activeWebhook,
  deletedWebhook,
  webhook,
  WEBHOOK_FAILED,
  webhookLimits,
  webhookMethods,
  webhookRecord,
  webhookResourceId,
  webhookSettings,
} from './webhook.ts';
export type { ActiveWebhook, Webhook, WebhookMethod, WebhookRecord, WebhookSettings } from './webhook.ts';

import { describe, expect, it } from '@jest/globals';
import { executionOf } from './reply.ts';

const headers = {
  tributary_execution_id: 'e',
  tributary_webhook_version: '3',
  tributary_reply_topic: 'tributary.replies',
  tributary_reply_partition: '7',
};

describe('the execution of a record', () => {
  it('is in its headers', () => {
    expect(executionOf({ headers })).toEqual({ id: 'e', webhookVersion: 3, awaitsReply: true });
    expect(executionOf({ headers: { tributary_execution_id: 'e' } })).toEqual({
      id: 'e',
      webhookVersion: null,
      awaitsReply: false,
    });
  });

  it('is none for an event that came from no webhook', () => {
    expect(executionOf({ headers: { ce_id: 'x' } })).toBe(null);
  });

  it.each(['', '-1', '1.5', 'x', '9999999999'])('awaits nothing at the partition %j', (partition) => {
    expect(executionOf({ headers: { ...headers, tributary_reply_partition: partition } })).toMatchObject({
      awaitsReply: false,
    });
  });
});

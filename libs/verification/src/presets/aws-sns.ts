import type { Preset } from '../preset.ts';

/**
 * Every topic of a region is signed with the same key, so the topic is what tells ours from anybody's: the ARNs stand in
 * place of secrets. A message is delivered again for up to an hour, with its first timestamp. Raw message delivery has to
 * be off: such messages carry no signature.
 */
export const awsSns = {
  title: 'Amazon SNS',
  documentation: 'https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html',
  secret: 'The ARN of the topic (no secret, but it says whose messages are meant).',
  signs: 'the message with its subject, id, time, topic and type',
  scheme: {
    algorithm: 'sns',
    tolerance_seconds: 3600,
    signed: {
      Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
      SubscriptionConfirmation: [
        'Message',
        'MessageId',
        'SubscribeURL',
        'Timestamp',
        'Token',
        'TopicArn',
        'Type',
      ],
      UnsubscribeConfirmation: [
        'Message',
        'MessageId',
        'SubscribeURL',
        'Timestamp',
        'Token',
        'TopicArn',
        'Type',
      ],
    },
    digests: { '1': 'sha1', '2': 'sha256' },
  },
} as const satisfies Preset;

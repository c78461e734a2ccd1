import { generateKeyPairSync } from 'node:crypto';
import { describePreset } from '../../test/preset-contract.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const own = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

/** The vector of SendGrid's own libraries (sendgrid-python, test_eventwebhook). */
describePreset('sendgrid', {
  vectors: {
    'sendgrid-python': {
      secret:
        'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
      headers: {
        'X-Twilio-Email-Event-Webhook-Timestamp': '1600112502',
        'X-Twilio-Email-Event-Webhook-Signature':
          'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
      },
      body: '[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n',
      at: '2020-09-14T19:41:42Z',
    },
  },
  otherSecret: own,
  signing: { secret: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, verifiedWith: own },
});

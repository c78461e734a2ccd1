import { describePreset } from '../../test/preset-contract.ts';

/** Intercom publishes no vector; the first is of the library x-hub-signature, the second was computed with Python's hmac. */
describePreset('intercom', {
  vectors: {
    'x-hub-signature': {
      secret: 'my_little_secret',
      headers: { 'X-Hub-Signature': 'sha1=3dca279e731c97c38e3019a075dee9ebbd0a99f0' },
      body: 'random-signature-body',
    },
    computed: {
      secret: 'intercom_client_secret',
      headers: { 'X-Hub-Signature': 'sha1=383e7cb2c2a7d7b3e36c54b2d70e380301f64400' },
      body: '{"type":"notification_event","topic":"user.created"}',
    },
  },
});

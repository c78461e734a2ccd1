import { describePreset } from '../../test/preset-contract.ts';

/** Intercom publishes no vector; this one was computed with Python's hmac. */
describePreset('intercom', {
  vectors: {
    computed: {
      secret: 'intercom_client_secret',
      headers: { 'X-Hub-Signature': 'sha1=383e7cb2c2a7d7b3e36c54b2d70e380301f64400' },
      body: '{"type":"notification_event","topic":"user.created"}',
    },
  },
});

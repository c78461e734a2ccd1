import { describePreset } from '../../test/preset-contract.ts';

/** Meta publishes no vector; this one was computed with Python's hmac. */
describePreset('meta', {
  vectors: {
    computed: {
      secret: 'meta_app_secret',
      headers: {
        'X-Hub-Signature-256': 'sha256=7a02f607963fcf1f7a78cb5276c0181ea1c1afb65fa4b4fc840887391b688dab',
      },
      body: '{"object":"page","entry":[{"id":"0","time":1520383571}]}',
    },
  },
});

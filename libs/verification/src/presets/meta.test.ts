import { describePreset } from '../../test/preset-contract.ts';

/** Meta publishes no vector; the first is of the library x-hub.js, which checks its requests, the second by Python's hmac. */
describePreset('meta', {
  vectors: {
    'x-hub.js': {
      secret: "It's a secret to everybody!",
      headers: {
        'X-Hub-Signature-256': 'sha256=2d9425c2ae617d90196c5d22f48370822036174914268970cc864a7095b065dd',
      },
      body: '{"foo":"bar"}',
    },
    computed: {
      secret: 'meta_app_secret',
      headers: {
        'X-Hub-Signature-256': 'sha256=7a02f607963fcf1f7a78cb5276c0181ea1c1afb65fa4b4fc840887391b688dab',
      },
      body: '{"object":"page","entry":[{"id":"0","time":1520383571}]}',
    },
  },
});

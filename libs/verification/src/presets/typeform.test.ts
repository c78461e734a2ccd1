import { describePreset } from '../../test/preset-contract.ts';

/** Typeform publishes no vector; this one was computed with Python's hmac. */
describePreset('typeform', {
  vectors: {
    computed: {
      secret: 'typeform_secret',
      headers: { 'Typeform-Signature': 'sha256=1iWiWTtWxgAz7x3mzPM4OVKj4u/srK+q0W0ezqDW2TI=' },
      body: '{"event_id":"LtWXD3crgy","event_type":"form_response"}',
    },
  },
});

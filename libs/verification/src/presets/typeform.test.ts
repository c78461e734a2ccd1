import { describePreset } from '../../test/preset-contract.ts';

/** Typeform publishes no vector: one is of the library verihook, one was computed with Python's hmac. */
describePreset('typeform', {
  vectors: {
    verihook: {
      secret: 'typeform_secret',
      headers: { 'Typeform-Signature': 'sha256=tpceH674tX4nhoHSDRkfV4/WGakns3OkNWpJ7GGZMko=' },
      body: '{"event_id":"01H","event_type":"form_response","form_response":{"form_id":"abc","token":"tok","submitted_at":"2023-11-14T22:13:20Z","answers":[]}}',
    },
    computed: {
      secret: 'typeform_secret',
      headers: { 'Typeform-Signature': 'sha256=1iWiWTtWxgAz7x3mzPM4OVKj4u/srK+q0W0ezqDW2TI=' },
      body: '{"event_id":"LtWXD3crgy","event_type":"form_response"}',
    },
  },
});

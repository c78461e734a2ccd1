import { describePreset } from '../../test/preset-contract.ts';

/** Linear publishes no vector; this one was computed with Python's hmac. */
describePreset('linear', {
  vectors: {
    computed: {
      secret: 'lin_wh_secret',
      headers: { 'Linear-Signature': '8c0a569cbd20a27b614955b1863dd40f216cdbeeecdaa9a5aff8a171b84e1ef0' },
      body: '{"action":"create","type":"Comment","data":{"id":"2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9","body":"Indeed"},"webhookTimestamp":1676056940508}',
      at: '2023-02-10T19:22:20.508Z',
    },
  },
});

import { describePreset } from '../../test/preset-contract.ts';

/** Shopify publishes no vector; this is the one of SQLPage's tests, and openssl agrees. */
describePreset('shopify', {
  vectors: {
    SQLPage: {
      secret: 'test-webhook-secret',
      headers: { 'X-Shopify-Hmac-Sha256': 'QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=' },
      body: '{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}',
    },
  },
});

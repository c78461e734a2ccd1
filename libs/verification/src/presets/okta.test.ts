import { describePreset } from '../../test/preset-contract.ts';

/** The one-time verification of Okta's documentation sends the same header; its example secret. */
describePreset('okta', {
  vectors: {
    documentation: {
      secret: 'my-shared-secret',
      headers: { Authorization: 'my-shared-secret' },
      body: '{"events":[]}',
    },
  },
  coversBody: false,
});

import { describePreset } from '../../test/preset-contract.ts';

/** Token and timestamp are those of the documentation, which keeps its key to itself; computed with Python's hmac. */
describePreset('mailgun', {
  vectors: {
    computed: {
      secret: 'key-signing',
      headers: { 'Content-Type': 'application/json' },
      body: '{"signature":{"token":"e0b5477167110d68991efc6b9f89f0a11066af27834600e123","timestamp":"1770920772","signature":"7fb3d51ad721e696fb87207b3d0f5ad012137aa3be974e58fcdea3327cd85700"},"event-data":{"event":"opened"}}',
      at: '2026-02-12T18:26:12Z',
    },
  },
  coversBody: false,
});

import { describePreset } from '../../test/preset-contract.ts';

/** The example of the documentation. */
describePreset('square', {
  vectors: {
    documentation: {
      secret: 'asdf1234',
      headers: { 'x-square-hmacsha256-signature': '2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=' },
      body: '{"hello":"world"}',
      url: 'https://example.com/webhook',
    },
  },
});

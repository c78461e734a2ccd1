import { describePreset } from '../../test/preset-contract.ts';

/**
 * Zoom publishes no vector. The second is of the Java library x-zm-signature: its timestamp is milliseconds, which Zoom does
 * not send, but what is signed is the same. The first was computed with Python's hmac.
 */
describePreset('zoom', {
  vectors: {
    computed: {
      secret: 'zoom_secret_token',
      headers: {
        'x-zm-request-timestamp': '1626230691',
        'x-zm-signature': 'v0=86aba39a43af58163c8f6282023f4800aeb89be4fdfb752a2d65eb611417fc89',
      },
      body: '{"event":"meeting.started","payload":{"account_id":"AAAAAABBBB","object":{"id":"1234567890"}},"event_ts":1626230691572}',
      at: '2021-07-14T02:44:51Z',
    },
    'x-zm-signature': {
      secret: 'secret',
      headers: {
        'x-zm-request-timestamp': '1697204592920',
        'x-zm-signature': 'v0=f46042d159828f787589618793a3f535b54de02da06ea660545e46c8960b70bf',
      },
      body: '{"foo":"bar"}',
      at: new Date(1_697_204_592_920_000).toISOString(),
    },
  },
});

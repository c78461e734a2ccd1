import { describePreset } from '../../test/preset-contract.ts';

/** The example of the specification, and Svix's vector under the specification's header names. */
describePreset('standard-webhooks', {
  vectors: {
    specification: {
      secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
      headers: {
        'webhook-id': 'msg_loFOjxBNrRLzqYUf',
        'webhook-timestamp': '1731705121',
        'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
      },
      body: '{"event_type":"ping","data":{"success":true}}',
      at: '2024-11-15T21:12:01Z',
    },
    'several signatures, no padding, no prefix of the secret': {
      secret: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature':
          'v1a,AAAA v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE',
      },
      body: '{"test": 2432232314}',
      at: '2021-02-25T15:02:10Z',
    },
  },
  otherSecret: 'whsec_YW5vdGhlciBzZWNyZXQ=',
});

import { describePreset } from '../../test/preset-contract.ts';

/** The example of the documentation. */
describePreset('svix', {
  vectors: {
    documentation: {
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      headers: {
        'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'svix-timestamp': '1614265330',
        'svix-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      body: '{"test": 2432232314}',
      at: '2021-02-25T15:02:10Z',
    },
  },
  otherSecret: 'whsec_YW5vdGhlciBzZWNyZXQ=',
});

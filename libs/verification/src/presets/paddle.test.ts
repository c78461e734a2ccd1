import { describePreset } from '../../test/preset-contract.ts';

/** The vectors of Paddle's own library (paddle-node-sdk, webhooks-validator). */
describePreset('paddle', {
  vectors: {
    'paddle-node-sdk': {
      secret: 'VALID_SECRET',
      headers: {
        'Paddle-Signature':
          'ts=1698796800;h1=a300428748dce5c70e4da19bffd60769591ea969c99dea3105d0ec9612cf43f9',
      },
      body: '{"data": ["1", "2"]}',
      at: '2023-11-01T00:00:00Z',
    },
    'several signatures': {
      secret: 'VALID_SECRET',
      headers: {
        'Paddle-Signature':
          'ts=1698796800;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h2=RANDOM_HASH',
      },
      body: '{"data": "value"}',
      at: '2023-11-01T00:00:00Z',
    },
  },
});

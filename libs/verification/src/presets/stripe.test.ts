import { describePreset } from '../../test/preset-contract.ts';

/** Stripe publishes no secret with its example; this is the vector of the Haskell library stripe-signature. */
describePreset('stripe', {
  vectors: {
    'stripe-signature': {
      secret: 'secret',
      headers: {
        'Stripe-Signature': 't=123,v1=f89c0a0e96fa6304a7ebd5ecaf13bc1beb859577cd7cafb7bdbc43c3bc2f6afa',
      },
      body: 'hello',
      at: '1970-01-01T00:02:03Z',
    },
    'another signature beside it and an older version': {
      secret: 'secret',
      headers: {
        'Stripe-Signature':
          't=123,v1=0000000000000000000000000000000000000000000000000000000000000000, v1=F89C0A0E96FA6304A7EBD5ECAF13BC1BEB859577CD7CAFB7BDBC43C3BC2F6AFA,v0=1111111111111111111111111111111111111111111111111111111111111111',
      },
      body: 'hello',
      at: '1970-01-01T00:02:03Z',
    },
  },
});

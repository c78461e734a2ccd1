import { describePreset } from '../../test/preset-contract.ts';

/** The example of the documentation ("Testing the webhook payload validation"). */
describePreset('github', {
  vectors: {
    documentation: {
      secret: "It's a Secret to Everybody",
      headers: {
        'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      },
      body: 'Hello, World!',
    },
  },
});

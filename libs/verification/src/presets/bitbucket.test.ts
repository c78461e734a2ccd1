import { describePreset } from '../../test/preset-contract.ts';

/** The example of the documentation ("Test your webhook payload validation"). */
describePreset('bitbucket', {
  vectors: {
    documentation: {
      secret: "It's a Secret to Everybody",
      headers: {
        'X-Hub-Signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
      },
      body: 'Hello World!',
    },
  },
});

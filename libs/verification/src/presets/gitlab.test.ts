import { describePreset } from '../../test/preset-contract.ts';

/** GitLab sends the token itself; the header and its use are from the documentation. */
describePreset('gitlab', {
  vectors: {
    documentation: {
      secret: 'the secret token',
      headers: { 'X-Gitlab-Token': 'the secret token' },
      body: '{"object_kind":"push"}',
    },
  },
  coversBody: false,
});

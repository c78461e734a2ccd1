import { TOKEN } from './handshake.ts';
import type { Handshake } from './handshake.ts';

/** The answer is signed with the secret that signs Zoom's requests, so it is given to nobody but Zoom. */
export const zoom: Handshake = {
  documentation: 'https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint',
  byDefault: false,
  authenticated: 'secret signs',
  secretKey: 'secret',
  method: 'POST',
  when: [
    { json: '/event', equals: 'endpoint.url_validation' },
    { json: '/payload/plainToken', matches: TOKEN, as: 'challenge' },
  ],
  answer: { json: { plainToken: '{challenge}', encryptedToken: '{hmac-hex}' } },
};

import { TOKEN } from './handshake.ts';
import type { Handshake } from './handshake.ts';

/** X repeats it every hour. */
export const xCrc: Handshake = {
  documentation: 'https://docs.x.com/x-api/webhooks/quickstart',
  byDefault: false,
  authenticated: 'nobody is checked',
  secretKey: 'secret',
  method: 'GET',
  when: [{ query: 'crc_token', matches: TOKEN, as: 'challenge' }],
  answer: { json: { response_token: 'sha256={hmac-base64}' } },
};

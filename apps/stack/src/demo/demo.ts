/**
 * Makes the demo webhooks of a running system and prints how to call them, as `npm start` does. Reads API_ORIGIN (where
 * the API is reached from here), PUBLIC_URL, KAFKA (as clients on this machine reach it), and the files of SECRETS_DIR.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoWebhooks } from './demo-webhooks.ts';
import { instructions } from './instructions.ts';

const {
  API_ORIGIN = 'http://localhost:4200',
  SECRETS_DIR = '.',
  KAFKA = 'localhost:9092',
  TRACES,
} = process.env;
const url = process.env['PUBLIC_URL'] ?? API_ORIGIN;
const secret = (name: string): string => readFileSync(join(SECRETS_DIR, name), 'utf8').trim();
const access = { account: secret('account'), workspace: secret('workspace'), apiKey: secret('api-key') };

const webhooks = await demoWebhooks({ ...access, origin: API_ORIGIN, publicUrl: url }, { create: true });
const more: [string, string][] = TRACES === undefined ? [] : [['Traces', TRACES]];
console.log(instructions({ ...access, url, kafka: KAFKA, webhooks, more }));

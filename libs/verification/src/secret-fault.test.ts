import { describe, expect, it } from '@jest/globals';
import { secretFault } from './secret-fault.ts';
import type { SecretUse } from './secret-fault.ts';

const signature = (preset: string): SecretUse => ({ type: 'signature', preset });
const scheme = (keys: object): SecretUse => ({
  type: 'signature',
  scheme: { algorithm: 'hmac-sha256', header: 'x', signed: '{body}', ...keys },
});
const ed25519 = '07131f5ff28e81d13cb37cd780858a5ba4295c1e8e403e136c200f5937449b1c';

describe('a secret', () => {
  it.each<[entry: SecretUse, secret: string]>([
    [{ type: 'basic' }, ' anything\n'],
    [{ type: 'bearer' }, 'ké=+/._~-'],
    [{ type: 'api_key', in: 'header' }, 'two words'],
    [{ type: 'api_key', in: 'query' }, ' a\n'],
    [signature('github'), ' any text '],
    [signature('gitlab'), 'a token'],
    [signature('discord'), ed25519],
    [signature('standard-webhooks'), 'whsec_c2VjcmV0'],
    [signature('standard-webhooks'), 'c2VjcmV0'],
    [signature('aws-sns'), 'arn:aws:sns:eu-west-1:123456789012:topic'],
    [scheme({ key_encoding: 'hex' }), '00ff'],
    [signature('nobody'), 'x'],
    [scheme({ salt: 1 }), 'x'],
    [{ type: 'unheard-of' }, 'x'],
  ])('%j may be %j', (entry, secret) => {
    expect(secretFault(entry, secret)).toBeUndefined();
  });

  it.each<[entry: SecretUse, secret: string, fault: string]>([
    [{ type: 'bearer' }, 'two words', 'no white space'],
    [{ type: 'bearer' }, 'line\n', 'no white space'],
    [{ type: 'api_key', in: 'header' }, 'key ', 'white space'],
    [{ type: 'api_key', in: 'header' }, 'a\nb', 'control characters'],
    [signature('gitlab'), ' token', 'white space'],
    [signature('discord'), ed25519.slice(2), 'ed25519 in hex. Expected: The public key'],
    [signature('sendgrid'), 'not base64!', 'in base64'],
    [signature('svix'), 'whsec_???', 'whsec_'],
    [signature('standard-webhooks'), 'whsec_', 'whsec_'],
    [signature('aws-sns'), 'arn:aws:s3:::bucket', 'no ARN of a topic'],
    [scheme({ key_encoding: 'hex' }), 'xyz', 'no key for hmac-sha256 in hex'],
    [scheme({ algorithm: 'rsa-sha256', key_encoding: 'pem' }), 'x', 'no key for rsa-sha256 in pem'],
    [scheme({ algorithm: 'token', signed: undefined }), 'x ', 'white space'],
  ])('%j cannot be %j', (entry, secret, fault) => {
    expect(secretFault(entry, secret)).toContain(fault);
  });
});

import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../../test/a-request.ts';
import type { HandshakeOutcome } from '../answer-handshake.ts';
import { prepareHandshakes } from '../prepare-handshakes.ts';
import type { HandshakeEntry } from '../prepare-handshakes.ts';
import { handshakeNames, handshakes } from './handshakes.ts';
import type { HandshakeName } from './handshakes.ts';

interface Documented {
  entry: HandshakeEntry;
  request: Parameters<typeof aRequest>[0];
  /** What the vendor's documentation answers. */
  answer: { type: string; body: string; headers?: Record<string, string> } | 'surface';
}

const text = 'text/plain; charset=utf-8';
const json = 'application/json';

/** The requests and answers of the vendors' documentation, at the address of each record. */
const documented: Record<HandshakeName, Documented> = {
  slack: {
    entry: 'slack',
    request: {
      headers: { 'Content-Type': 'application/json' },
      body: '{"token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", "type": "url_verification"}',
    },
    answer: { type: text, body: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P' },
  },
  meta: {
    entry: { type: 'meta', verify_token: { id: 's', value: 'meatyhamhock' } },
    request: {
      method: 'GET',
      query: 'hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock',
    },
    answer: { type: text, body: '1158201444' },
  },
  'microsoft-graph': {
    entry: 'microsoft-graph',
    request: {
      query:
        'validationToken=Validation%3A+Testing+client+application+reachability+for+subscription+Request-Id%3A+522a8e7e',
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    },
    answer: {
      type: text,
      body: 'Validation: Testing client application reachability for subscription Request-Id: 522a8e7e',
    },
  },
  'event-grid': {
    entry: 'event-grid',
    request: {
      headers: { 'aeg-event-type': 'SubscriptionValidation' },
      body: JSON.stringify([
        {
          id: '2d1781af-3a4c-4d7c-bd0c-e34b19da4e66',
          topic: '/subscriptions/xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx',
          subject: '',
          data: {
            validationCode: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6',
            validationUrl:
              'https://rp-eastus2.eventgrid.azure.net:553/eventsubscriptions/myeventsub/validate?id=0000',
          },
          eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
          eventTime: '2022-10-28T04:23:35.1981776Z',
          metadataVersion: '1',
          dataVersion: '1',
        },
      ]),
    },
    answer: { type: json, body: '{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}' },
  },
  cloudevents: {
    entry: 'cloudevents',
    request: {
      method: 'OPTIONS',
      headers: { 'WebHook-Request-Origin': 'eventemitter.example.com', 'WebHook-Request-Rate': '120' },
    },
    answer: {
      type: text,
      body: '',
      headers: {
        'webhook-allowed-origin': 'eventemitter.example.com',
        'webhook-allowed-rate': '3000',
        allow: 'POST, PUT',
      },
    },
  },
  sns: {
    entry: 'sns',
    request: {
      headers: { 'x-amz-sns-message-type': 'SubscriptionConfirmation' },
      body: '{"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription"}',
    },
    answer: 'surface',
  },
  // The token is the documentation's; the signatures were computed with Python's hmac.
  zoom: {
    entry: { type: 'zoom', secret: { id: 's', value: 'zoom_secret_token' } },
    request: {
      headers: {
        'x-zm-request-timestamp': '1654503849',
        'x-zm-signature': 'v0=5d8e958e2766386c468f58120cbc41de49e0edbdfc788dcf1a39698e2cdc52a1',
      },
      body: '{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680}',
      nowMs: 1_654_503_849_680,
    },
    answer: {
      type: json,
      body: '{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"bd48235863f4a6323ccc4963c594908b7c97f88b4a6a95278f4f093690b12726"}',
    },
  },
  dropbox: {
    entry: 'dropbox',
    request: { method: 'GET', query: 'challenge=abc123' },
    answer: { type: text, body: 'abc123' },
  },
  // X documents no example in full; computed with Python's hmac.
  'x-crc': {
    entry: { type: 'x-crc', secret: { id: 's', value: 'x_consumer_secret' } },
    request: {
      method: 'GET',
      query: 'crc_token=MDk4ZjZiY2Q0NjIxZDM3M2NhZGU0ZTgzMjYyN2I0ZjY&nonce=MTM0NDUxNzI5',
    },
    answer: { type: json, body: '{"response_token":"sha256=lzPwL6RA9NW/WoSTu8NC/6/8lSZ0z24RmqfStpEjuEY="}' },
  },
  websub: {
    entry: 'websub',
    request: {
      method: 'GET',
      query:
        'hub.mode=subscribe&hub.topic=http%3A%2F%2Fexample.com%2Ffeed&hub.challenge=nHbcYSDoHUQuUJmM&hub.lease_seconds=864000',
    },
    answer: { type: text, body: 'nHbcYSDoHUQuUJmM' },
  },
};

function answer(entry: HandshakeEntry, request: Documented['request']): HandshakeOutcome | undefined {
  return prepareHandshakes([entry], { requestsPerMinute: 3000, methods: ['POST', 'PUT'] }).answer(
    aRequest(request),
  );
}

describe.each(handshakeNames)('handshake %s', (name) => {
  const { entry, request, answer: expected } = documented[name];
  const record = handshakes[name];

  it('is answered as documented', () => {
    const outcome = answer(entry, request);
    if (expected === 'surface') expect(outcome).toEqual({ kind: 'surface', name });
    else
      expect(outcome).toEqual({
        kind: 'answer',
        name,
        status: 200,
        verifyFirst: record.authenticated === 'as any request',
        headers: {
          'content-type': expected.type,
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
          ...expected.headers,
        },
        body: expected.body,
      });
  });

  it(`is ${record.byDefault ? 'on by default, and can be turned off' : 'answered only where asked for'}`, () => {
    const { answer: byDefault } = prepareHandshakes([]);
    expect(byDefault(aRequest(request)) !== undefined).toBe(record.byDefault);
    expect(answer({ type: name, enabled: false }, request)).toBeUndefined();
  });

  it('leaves other methods and plain events alone', () => {
    for (const method of ['GET', 'POST', 'OPTIONS', 'PUT'].filter((other) => other !== record.method))
      expect(answer(entry, { ...request, method })).toBeUndefined();
    expect(answer(entry, { method: record.method, body: '{"type":"event"}' })).toBeUndefined();
    expect(answer(entry, { method: record.method, body: 'no JSON' })).toBeUndefined();
  });
});

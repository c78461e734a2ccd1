import { describePreset } from '../../test/preset-contract.ts';

/** The vectors of HubSpot's own libraries, which sign the URL as it is; of encoded characters nobody publishes one: Python's hmac. */
describePreset('hubspot', {
  vectors: {
    'hubspot-api-python': {
      secret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
      headers: {
        'X-HubSpot-Request-Timestamp': '1693657560000',
        'X-HubSpot-Signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
      },
      body: "{'example_field':'example_value'}",
      url: 'https://www.example.com/webhook_uri',
      at: '2023-09-02T12:26:00Z',
    },
    'hubspot-api-ruby': {
      secret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
      headers: {
        'X-HubSpot-Request-Timestamp': '1700000300000',
        'X-HubSpot-Signature-v3': 'RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=',
      },
      body: "{'example_field':'example_value'}",
      url: 'https://www.example.com/webhook_uri',
      at: '2023-11-14T22:18:20Z',
    },
    'a URL with encoded characters': {
      secret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
      headers: {
        'X-HubSpot-Request-Timestamp': '1672531200000',
        'X-HubSpot-Signature-v3': 'REKrAfU0Un2NaIa7kHHUVid23iXM+IVcLeThbSeHV58=',
      },
      body: '{"example_field":"example_value"}',
      url: 'https://www.example.com/webhook_uri?a=b%20c%2Cd%3ae',
      at: '2023-01-01T00:00:00Z',
    },
  },
});

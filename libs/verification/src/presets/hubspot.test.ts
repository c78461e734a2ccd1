import { describePreset } from '../../test/preset-contract.ts';

/** Secret, URL and body are those of the documentation, which gives no signature of version 3; computed with Python's hmac. */
describePreset('hubspot', {
  vectors: {
    computed: {
      secret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
      headers: {
        'X-HubSpot-Request-Timestamp': '1672531200000',
        'X-HubSpot-Signature-v3': 'RAZoaHrYlgY+Deomb6zg4FZotu17gdGK7aHN8HmDiGs=',
      },
      body: '{"example_field":"example_value"}',
      url: 'https://www.example.com/webhook_uri',
      at: '2023-01-01T00:00:00Z',
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

import { describePreset } from '../../test/preset-contract.ts';

/** The example of the documentation, and those of Twilio's helper libraries (twilio-python, test_request_validator). */
describePreset('twilio', {
  vectors: {
    'documentation: a form': {
      secret: '12345',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
        'X-Twilio-Signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
      },
      body: 'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212',
      url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
    },
    'helper libraries: a JSON body by its digest in the URL': {
      secret: '12345',
      headers: { 'Content-Type': 'application/json', 'X-Twilio-Signature': 'a9nBmqA0ju/hNViExpshrM61xv4=' },
      body: '{"property": "value", "boolean": true}',
      url: 'https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620',
    },
    'helper libraries: signed with the port': {
      secret: '12345',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'X-Twilio-Signature': 'kvajT1Ptam85bY51eRf/AJRuM3w=',
      },
      body: 'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212',
      url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
    },
  },
});

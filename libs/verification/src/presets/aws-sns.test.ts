import { amazonsCertificate, snsCertificate, snsKey } from '../../test/sns-key.ts';
import { describePreset } from '../../test/preset-contract.ts';
import { createCertificateStore } from '../certificate-store.ts';

const topic = 'arn:aws:sns:us-west-2:123456789012:MyTopic';

/**
 * Amazon publishes no vector. The first two are the message of the documentation, signed with openssl. The last one is a message
 * that Amazon signed, with the certificate of its time, as the tests of the Perl library AWS::SNS::Verify have them.
 */
describePreset('aws-sns', {
  vectors: {
    'version 1': {
      secret: topic,
      headers: { 'x-amz-sns-message-type': 'Notification' },
      body: '{"Type": "Notification", "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b", "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic", "Subject": "A subject", "Message": "Hello\\nworld", "Timestamp": "2027-01-15T20:45:04.751Z", "SignatureVersion": "1", "Signature": "FKCItKqDDZpn3ZLkFdyTC5sS/UjK1q2/PLqa05mquhI+f1Va4WO3Jg5yYy8QXyXlqeKz+g34plosfuA4ZL5+f/yPvGvH86Wuhik81+l+BfzAupaAJKJ0V9KC1SbW/OGzAdZ8BJGV2Xojb9cE4B/mJYHJD+omRlW76+dyHpmJTiYh7fSynyMlR+uRi719nG9McfxMM3jhcndTALv9GuOJSa9ve38f6Z8O5DSdSBqI/1TsNBrJ5mxImJqPGuJtySvUfBuEX5QqYOa13BMgYprT8i/8zJBq9LmEVeAwWrEwfUVFBR38ll/Wdg9b7eI+EYCW+EtssFzrEo1WfDtALUDiXw==", "SigningCertURL": "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem", "UnsubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe"}',
      at: '2027-01-15T20:45:04.751Z',
    },
    'version 2': {
      secret: topic,
      headers: { 'x-amz-sns-message-type': 'Notification' },
      body: '{"Type": "Notification", "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b", "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic", "Subject": "A subject", "Message": "Hello\\nworld", "Timestamp": "2027-01-15T20:45:04.751Z", "SignatureVersion": "2", "Signature": "w80UsNeAcQZwyAN+2jJHFabgB0fz0o59mbInsAPKpoCHwEBHyrE1gZ4mWUiRLD9JfvZWH1G0wdBy21iGO6d+py0UYhi9F4vWfY0lfRMfBwbD1PdgwMjWRLB09Ya8fk/sqzpmaPSz8j1/7tFmcSvJ5wQsMiX5guXRHNVKZXq7UBsC4zgDsEpS+jCOCVlHfdcUBuR3CRbSE2NC9Tdteouf2xMFWAGcTF69LdDDOumUpNERCv4iAFmf26dNVpPlPkdpWzkkoJ+cq+OcS/6DI1b4jwNzjRk1Gx1Umq8Qe+cZDxtRR3ADiNrsAFHHgT/YRG4TA3vUQWiHZycUB0Rs+xEyww==", "SigningCertURL": "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem", "UnsubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe"}',
      at: '2027-01-15T20:45:04.751Z',
    },
    'AWS::SNS::Verify': {
      secret: 'arn:aws:sns:us-east-1:041977924901:foo',
      headers: { 'x-amz-sns-message-type': 'Notification' },
      body: '{"Type": "Notification", "MessageId": "a890c547-5d98-55e2-971d-8826fff56413", "TopicArn": "arn:aws:sns:us-east-1:041977924901:foo", "Subject": "test subject", "Message": "test message", "Timestamp": "2015-02-20T20:59:25.401Z", "SignatureVersion": "1", "Signature": "kzi3JBQz64uFAXG9ZuAwPI2gYW5tT7OF83oeHb8v0/XRPsy0keq2NHTCpQVRxCgPOJ/QUB2Yl/L29/W4hiHMo9+Ns0hrqyasgUfjq+XkVR1WDuYLtNaEA1vLnA0H9usSh3eVVlLhpYzoT4GUoGgstRVvFceW2QVF9EYUQyromlcbOVtVpKCEINAvGEEKJNGTXQQUkPUka3YMhHitgQg1WlFBmf+oweSYUEj8+RoguWsn6vluxD0VtIOGOml5jlUecfhDqnetF5pUVYMqCHPfHn6RBguiW+XD6XWsdKKxkjqo90a65Nlb72gPSRw6+sIEIgf4J39WFZK+FCpeSm0qAg==", "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-d6d679a1d18e95c2f9ffcf11f4f9e198.pem", "MessageAttributes": {"AWS.SNS.MOBILE.WNS.Type": {"Type": "String", "Value": "wns/badge"}}}',
      at: '2015-02-20T20:59:25.401Z',
    },
  },
  otherSecret: 'arn:aws:sns:us-west-2:123456789012:OtherTopic',
  signing: { secret: snsKey },
  coversBody: false,
  body: JSON.stringify({ TopicArn: topic, Message: 'Hello' }),
  certificates: createCertificateStore({
    fetch: (url) => Promise.resolve(url.includes('d6d679a1') ? amazonsCertificate : snsCertificate),
  }),
});

import { snsCertificate, snsKey } from '../../test/sns-key.ts';
import { describePreset } from '../../test/preset-contract.ts';
import { createCertificateStore } from '../certificate-store.ts';

const topic = 'arn:aws:sns:us-west-2:123456789012:MyTopic';

/** Amazon publishes no vector that can be checked (its certificates expire); signed with openssl. The message is the documentation's. */
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
  },
  otherSecret: 'arn:aws:sns:us-west-2:123456789012:OtherTopic',
  signing: { secret: snsKey },
  coversBody: false,
  body: JSON.stringify({ TopicArn: topic, Message: 'Hello' }),
  certificates: createCertificateStore({ fetch: () => Promise.resolve(snsCertificate) }),
});

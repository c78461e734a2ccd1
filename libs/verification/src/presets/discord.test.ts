import { describePreset } from '../../test/preset-contract.ts';

/** Discord publishes no vector; key and signature were made with openssl (genpkey, pkeyutl -rawin). */
describePreset('discord', {
  vectors: {
    computed: {
      secret: '07131f5ff28e81d13cb37cd780858a5ba4295c1e8e403e136c200f5937449b1c',
      headers: {
        'X-Signature-Timestamp': '1599999999',
        'X-Signature-Ed25519':
          '6bff5d869a8971685d4cc21955a98a884842984f7ae92d17a470a5151fd5138689fb615f8b32bad48499940928120ae16296a40452abec9c226bfab00d1dc10d',
      },
      body: '{"type":1}',
      at: '2020-09-13T12:26:39Z',
    },
  },
  otherSecret: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  signing: {
    secret:
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHgvu2Mm2tVKKbT5bNubVN0duXGFhYSoPPGOFDEbtcwM\n-----END PRIVATE KEY-----\n',
  },
});

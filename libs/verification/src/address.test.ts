import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientAddress, ipAllowList, isCidr, normalizeAddress } from './address.ts';

describe('normalizeAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['', 'unknown'],
    ['unknown', 'unknown'],
    ['192.0.2.1.1', 'unknown'],
    ['192.0.2.01', 'unknown'],
  ])('%s is %s', (text, address) => {
    expect(normalizeAddress(text)).toBe(address);
  });
});

describe('clientAddress', () => {
  const forwarded = (...values: string[]) => values.flatMap((value) => ['X-Forwarded-For', value]);

  it.each<[string, string[], number, string]>([
    ['without proxies nobody is believed', forwarded('198.51.100.1'), 0, '192.0.2.9'],
    ['behind one proxy: whom it names', forwarded('198.51.100.1'), 1, '198.51.100.1'],
    ['what the client wrote itself is further left', forwarded('10.0.0.1, 198.51.100.1'), 1, '198.51.100.1'],
    ['behind two proxies', forwarded('10.0.0.1, 198.51.100.1, 203.0.113.5'), 2, '198.51.100.1'],
    ['several headers are one list', forwarded('10.0.0.1', '198.51.100.1', '203.0.113.5'), 2, '198.51.100.1'],
    ['fewer entries than proxies: who called', forwarded('198.51.100.1'), 2, '192.0.2.9'],
    ['no header', [], 1, '192.0.2.9'],
    ['with a port', forwarded('198.51.100.1:4711'), 1, '198.51.100.1'],
    ['IPv6 with a port', forwarded('[2001:db8::1]:4711'), 1, '2001:db8::1'],
    ['IPv4 in IPv6', forwarded('::ffff:198.51.100.1'), 1, '198.51.100.1'],
    ['no address', forwarded('10.0.0.1, proxy'), 1, 'unknown'],
    ['an empty entry', forwarded('10.0.0.1,'), 1, 'unknown'],
  ])('%s', (_, rawHeaders, proxies, address) => {
    expect(clientAddress(rawHeaders, '::ffff:192.0.2.9', proxies)).toBe(address);
  });

  it('is unknown when the socket is gone', () => {
    expect(clientAddress([], undefined, 0)).toBe('unknown');
  });
});

describe('ipAllowList', () => {
  it.each<[string[], string, boolean]>([
    [['10.0.0.0/8'], '10.255.0.1', true],
    [['10.0.0.0/8'], '11.0.0.1', false],
    [['10.0.0.0/8'], '::ffff:10.0.0.1', true],
    [['::ffff:10.0.0.0/104'], '10.1.2.3', true],
    [['192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1/32'], '192.0.2.2', false],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['2001:db8::/32', '10.0.0.0/8'], '2001:db8:1::1', true],
    [['2001:db8::1'], '2001:DB8:0::1', true],
    [['10.0.0.0/8'], 'unknown', false],
    [['10.0.0.0/8'], '', false],
    [[], '10.0.0.1', false],
    [['10.0.0.0/8', '10.0.0.0/33'], '10.0.0.1', false],
  ])('%j and %s: %s', (cidrs, address, allowed) => {
    const refusal = ipAllowList(cidrs)(address);
    expect(refusal).toEqual(allowed ? undefined : expect.objectContaining({ status: 403, cause: 'address' }));
  });

  it('never throws and lets no non-address in', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (cidr, address) => {
        expect(ipAllowList([cidr])(`${address}x`)).toBeDefined();
      }),
    );
  });
});

describe('isCidr', () => {
  it.each(['10.0.0.0/8', '10.0.0.1', '2001:db8::/32', '::1', '::ffff:10.0.0.0/104'])('takes %s', (text) => {
    expect(isCidr(text)).toBe(true);
  });
  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    '::/129',
    'example.com',
    '10.0.0.0/8 ',
    '::ffff:1.2.3.4/8',
  ])('refuses %j', (text) => {
    expect(isCidr(text)).toBe(false);
  });
});

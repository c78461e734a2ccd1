import { BlockList, isIP, SocketAddress } from 'node:net';
import { refusal } from './verdict.ts';
import type { Refusal } from './verdict.ts';

const refused = refusal('address', 'This address is not allowed to call this webhook.');

/** An address that is not known. */
export const UNKNOWN_ADDRESS = 'unknown';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** An address in its one form: IPv6 shortened, without a zone, an IPv4 address in IPv6 as IPv4; else `unknown`. */
export function normalizeAddress(text: string): string {
  const address = text.split('%', 1)[0]!;
  const version = isIP(address);
  if (version === 4) return address;
  if (version === 0) return UNKNOWN_ADDRESS;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  return MAPPED.exec(canonical)?.[1] ?? canonical;
}

/**
 * The address of the client behind a number of proxies that are ours: each of them appends to `X-Forwarded-For` whom it
 * was called by, so the client is that many entries from the right, and what stands further left is the client's own
 * word. With fewer entries than proxies, the address that called us.
 */
export function clientAddress(
  rawHeaders: readonly string[],
  remoteAddress: string | undefined,
  trustedProxies: number,
): string {
  const direct = normalizeAddress(remoteAddress ?? '');
  if (trustedProxies === 0) return direct;
  const entries = forwardedFor(rawHeaders);
  const entry = entries[entries.length - trustedProxies];
  return entry === undefined ? direct : normalizeAddress(withoutPort(entry));
}

function forwardedFor(rawHeaders: readonly string[]): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]!.toLowerCase() === 'x-forwarded-for') values.push(rawHeaders[index + 1]!);
  }
  return values.length === 0
    ? []
    : values
        .join(',')
        .split(',')
        .map((entry) => entry.trim());
}

/** Some proxies write `1.2.3.4:5678` and `[2001:db8::1]:5678`. */
function withoutPort(entry: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry)?.[1] ?? entry;
}

interface Subnet {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

/** Whether a text is a subnet (`10.0.0.0/8`, `2001:db8::/32`) or a single address. */
export function isCidr(text: string): boolean {
  return parseCidr(text) !== undefined;
}

function parseCidr(text: string): Subnet | undefined {
  const [, address = '', length] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return undefined;
  const normal = normalizeAddress(address);
  if (version === 4 || isIP(normal) === 6)
    return { address: normal, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
  // IPv4 written as IPv6: clients are compared as IPv4.
  return prefix < 96 ? undefined : { address: normal, prefix: prefix - 96, family: 'ipv4' };
}

/** Whether an address may call. */
export type AddressCheck = (address: string) => Refusal | undefined;

/** Checks addresses against a list of subnets. An empty list, or one with an entry that is no subnet, lets nobody in. */
export function ipAllowList(cidrs: readonly string[]): AddressCheck {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const subnet = parseCidr(cidr);
    if (!subnet) return () => refused;
    list.addSubnet(subnet.address, subnet.prefix, subnet.family);
  }
  return (address) => {
    const normal = normalizeAddress(address);
    const version = isIP(normal);
    return version !== 0 && list.check(normal, version === 4 ? 'ipv4' : 'ipv6') ? undefined : refused;
  };
}

import type { IncomingMessage } from 'node:http';
import { clientAddress, UNKNOWN_ADDRESS } from '@tributary/verification';

/** The address of whoever called, behind as many proxies as are ours; `unknown` where none can be told. */
export function callerAddress(
  { rawHeaders, socket }: Pick<IncomingMessage, 'rawHeaders' | 'socket'>,
  trustedProxies: number,
): string {
  const { remoteAddress } = socket;
  // An IPv4 address that called us is written in its one form already.
  if (trustedProxies === 0 && remoteAddress !== undefined && socket.remoteFamily === 'IPv4')
    return remoteAddress;
  return clientAddress(rawHeaders, remoteAddress, trustedProxies);
}

export { UNKNOWN_ADDRESS };

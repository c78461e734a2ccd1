const PARTS = /^(https?):\/\/([^/?#]*)(.*)$/s;
const PORT = /:\d+$/;

/** The URL with its port written out: some senders sign `https://host:443/`. */
export function urlWithPort(url: string): string {
  const parts = PARTS.exec(url);
  if (!parts) return url;
  const [, scheme, host = '', rest = ''] = parts;
  if (PORT.test(host)) return url;
  return `${scheme}://${host}:${scheme === 'https' ? 443 : 80}${rest}`;
}

/** The URL without a port. */
export function urlWithoutPort(url: string): string {
  const parts = PARTS.exec(url);
  if (!parts) return url;
  const [, scheme, host = '', rest = ''] = parts;
  return `${scheme}://${host.replace(PORT, '')}${rest}`;
}

const ENCODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** The URL with `: / ? @ ! $ ' ( ) * , ;` in place of their percent-encodings, and no others. */
export function decodedUrl(url: string): string {
  return url.replace(ENCODED, decodeURIComponent);
}

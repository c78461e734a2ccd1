/**
 * Undoes a part's `Content-Transfer-Encoding` (RFC 2045, 6). Forms should have none (RFC 7578, 4.7), yet mail software and
 * `curl -F "f=@x;encoder=base64"` send it. What is not of its alphabet is passed over, as the RFC has it.
 */
export function decodeTransfer(content: Buffer, encoding: string | undefined): Buffer {
  switch (encoding?.toLowerCase()) {
    case 'base64':
      return Buffer.from(content.toString('latin1'), 'base64');
    case 'quoted-printable':
      return decodeQuotedPrintable(content.toString('latin1'));
    default:
      return content;
  }
}

function decodeQuotedPrintable(text: string): Buffer {
  const decoded = text
    .replaceAll(/=[ \t]*\r\n/g, '')
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}

/** A value in quotes takes escaped characters; each character fits one alternative only, so that matching is linear. */
const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\[^])*)"|([^;]*))/g;

/**
 * The parameters of a part's `Content-Disposition` (RFC 7578, 4.2). `filename*` (RFC 5987) counts where it can be read,
 * although forms should not have it: .NET sends it beside `filename`. Total: what cannot be read is not there.
 */
export function parseContentDisposition(header: string): { name?: string; filename?: string } {
  const parameters = new Map<string, string>();
  for (const [, name, quoted, token] of header.matchAll(PARAMETER)) {
    const key = name!.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted === undefined ? token!.trim() : unquote(quoted));
  }
  const name = parameters.get('name');
  const filename = extended(parameters.get('filename*')) ?? parameters.get('filename');
  return { ...(name === undefined ? {} : { name }), ...(filename === undefined ? {} : { filename }) };
}

const ESCAPED: Record<string, string> = { '%22': '"', '%0d': '\r', '%0a': '\n' };

/**
 * Browsers write a quote and line ends as `%22`, `%0D` and `%0A`
 * (https://html.spec.whatwg.org/#multipart-form-data), others with a backslash. A backslash before anything else is one:
 * a path on Windows.
 */
function unquote(text: string): string {
  return text
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll(/%(?:22|0d|0a)/gi, (escape) => ESCAPED[escape.toLowerCase()]!);
}

function extended(value: string | undefined): string | undefined {
  const [, charset, text] = /^(utf-8|iso-8859-1)'[^']*'(.*)$/i.exec(value ?? '') ?? [];
  if (charset === undefined || text === undefined) return undefined;
  try {
    return charset.toLowerCase() === 'utf-8'
      ? decodeURIComponent(text)
      : text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        );
  } catch (error) {
    // Escapes that are no UTF-8: the plain parameter counts.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

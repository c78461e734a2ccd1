/**
 * The target of a request without its scheme and authority, which a sender may write out (absolute form; a server has to
 * take it: RFC 9112, 3.2.2). What is neither form, such as `*`, stays as it is.
 */
export function originForm(target: string): string {
  const [authority] = /^https?:\/\/[^/?#]*/i.exec(target) ?? [];
  if (authority === undefined) return target;
  const rest = target.slice(authority.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

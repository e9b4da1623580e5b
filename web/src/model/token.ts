/** What the page's address says: a token, which must leave it, and the view that it is about. */
export interface Address {
  readonly token: string | null;
  /** What is to stand behind `#` from now on; empty for nothing. */
  readonly rest: string;
}

/** Takes the token out of what stands behind `#`: `#token=…`, alone or beside a view (`#/servers/files&token=…`). */
export function readAddress(hash: string): Address {
  const parts = hash.replace(/^#/, '').split('&');
  const found = parts.find(part => part.startsWith('token='));
  return {
    token: found === undefined ? null : decoded(found.slice('token='.length)) || null,
    rest: parts.filter(part => part !== found).join('&'),
  };
}

/** What people paste where a token is asked for: the token, or the whole link. */
export function pastedToken(text: string): string {
  const trimmed = text.trim();
  const at = trimmed.indexOf('#');
  return at < 0 ? trimmed : (readAddress(trimmed.slice(at)).token ?? trimmed);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

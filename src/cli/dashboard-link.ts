/** The page of a manager, from the address of its endpoint. What follows the `#` is sent to nobody. */
export function dashboardLink(url: string, token: string | null): string {
  const page = new URL('/', url).href;
  return token === null ? page : `${page}#token=${encodeURIComponent(token)}`;
}

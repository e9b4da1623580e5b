/** The variable that marks every descendant of a server, also one that left its group and session. */
export const COOKIE = 'HOLDFAST_COOKIE';

/** The cookie for a new life, behind those that we were started with ourselves: a manager inside a server stays the outer one's to find. */
export function cookieValue(cookie: string): string {
  const outer = process.env[COOKIE];
  return outer === undefined || outer === '' ? cookie : `${outer}:${cookie}`;
}

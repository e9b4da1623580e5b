/** The variable that marks every descendant of a server, also one that left its group and session. */
export const COOKIE = 'HOLDFAST_COOKIE';

/** The cookie for a new life, behind those that we were started with ourselves: a manager inside a server stays the outer one's to find. */
export function cookieValue(cookie: string): string {
  const outer = process.env[COOKIE];
  return outer === undefined || outer === '' ? cookie : `${outer}:${cookie}`;
}

/** Whether this process was started, itself or through an ancestor, by the manager of this mark. */
export const isInside = (mark: string): boolean => isMarked(`${COOKIE}=${process.env[COOKIE] ?? ''}`, mark);

/** Whether a text as in /proc/PID/environ has this cookie, or one that begins with it and a full stop. */
export function isMarked(environment: string, cookie: string): boolean {
  const value = environment.split('\0').find(variable => variable.startsWith(`${COOKIE}=`));
  const cookies = value?.slice(COOKIE.length + 1).split(':') ?? [];
  return cookies.some(each => each === cookie || each.startsWith(`${cookie}.`));
}

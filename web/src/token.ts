const KEY = 'holdfast.token';

/** Takes the token out of the page's link, so that it stays neither in the address bar nor in the history; then it is this tab's. */
export function takeToken(): string {
  const given = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    sessionStorage.setItem(KEY, decodeURIComponent(given));
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(KEY) ?? '';
}

/** What the page shows: everything, or one server. */
export type Route = { readonly view: 'overview' } | { readonly view: 'server'; readonly name: string };

const SERVER = '/servers/';

export function readRoute(hash: string): Route {
  const path = hash.replace(/^#/, '');
  if (!path.startsWith(SERVER) || path.length === SERVER.length) return { view: 'overview' };
  try {
    return { view: 'server', name: decodeURIComponent(path.slice(SERVER.length)) };
  } catch (error) {
    if (error instanceof URIError) return { view: 'overview' };
    throw error;
  }
}

export function linkTo(route: Route): string {
  return route.view === 'overview' ? '#/' : `#${SERVER}${encodeURIComponent(route.name)}`;
}

/** What a refused connection to this machine by the name `localhost` is most often: for the other of its two addresses. */
export function hintOfRefused(host: unknown): { readonly hint?: string; readonly isHintOpen?: boolean } {
  if (typeof host !== 'string' || !/^(?:localhost|\[?::1\]?)(?::\d+)?$/i.test(host)) return {};
  const hint =
    'start what is to be connected to, or correct the address; "localhost" may mean ::1 where 127.0.0.1 is meant';
  return { hint, isHintOpen: true };
}

/** First arguments with which a tool fetches what it does not have; `null`: it always may. */
const FETCHERS: Readonly<Record<string, readonly string[] | null>> = {
  npx: null,
  pnpx: null,
  bunx: null,
  uvx: null,
  dnx: null,
  npm: ['exec', 'x'],
  pnpm: ['dlx'],
  yarn: ['dlx'],
  bun: ['x'],
  uv: ['run', 'tool', 'x'],
  pipx: ['run'],
  deno: ['run'],
  go: ['run'],
  docker: ['run', 'container', 'compose'],
  podman: ['run', 'container', 'compose'],
  nerdctl: ['run', 'container', 'compose'],
};

/** Whether a command may have to fetch something before it can answer, so that the handshake gets the longer deadline. */
export function mayDownload(command: string, args: readonly string[]): boolean {
  const verbs = Object.hasOwn(FETCHERS, command) ? FETCHERS[command] : undefined;
  if (verbs === undefined || args.includes('--offline')) return false;
  if (verbs === null) return true;
  const verb = args.find(arg => !arg.startsWith('-'));
  return verb !== undefined && verbs.includes(verb);
}

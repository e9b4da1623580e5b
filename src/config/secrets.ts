import { parseAddress } from './remote.ts';
import type { ServerConfig } from './types.ts';

const SECRET_NAME = /token|secret|passw|passphrase|credential|api_?-?key|authorization|cookie|(?:key|auth|pat|pwd)$/i;

/** Their `PWD` is the working directory; no shell lets them be anything else. */
const FOLDERS = new Set(['PWD', 'OLDPWD']);

/** Whether what a variable, an option or a header of this name holds is likely to be a secret. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !FOLDERS.has(name);

/** The values that a server was given to keep, for `redactSecrets`. */
export function secretsOf(server: ServerConfig): string[] {
  if (server.kind === 'process') return [...Object.values(server.env), ...secretsInArguments(server.args)];
  const url = parseAddress(server.url);
  const login = url === null ? [] : [url.username, url.password, ...url.searchParams.values()];
  return [...Object.values(server.headers).flatMap(withParts), ...login.flatMap(asWritten)];
}

/** What arguments may be trusted with: `--token VALUE`, `--api-key=VALUE`, `-e API_KEY=VALUE`, `--header "Name: VALUE"`, a login in a URL. */
function secretsInArguments(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const [, name = '', value = ''] = /^-{0,2}([\w.-]+)\s*[=:]\s*(.*)$/s.exec(arg) ?? [];
    if (value !== '' && isSecretName(name)) return withParts(value);
    const [, , login = ''] = /^(?:-{0,2}[\w.-]+=)?([a-z][\w+.-]*):\/\/([^\s/?#]+)@/i.exec(arg) ?? [];
    const before = args[index - 1] ?? '';
    const isOfOption =
      /^--?[a-z]/i.test(before) && !/[=:]/.test(before) && isSecretName(before) && !arg.startsWith('--');
    return [...(login === '' ? [] : withPieces(login)), ...(isOfOption ? withParts(arg) : [])];
  });
}

/** Of `Bearer TOKEN` the token alone is one, too. */
const withParts = (value: string): string[] => [value, ...value.split(' ')];

/** Of `user:password` each, as it is written there and as it is meant. */
const withPieces = (login: string): string[] => {
  const at = login.indexOf(':');
  return [login, ...(at === -1 ? [] : [login.slice(0, at), login.slice(at + 1)])].flatMap(asWritten);
};

function asWritten(value: string): string[] {
  try {
    return [...new Set([value, decodeURIComponent(value)])];
  } catch {
    // A percent sign of its own: then it means itself.
    return [value];
  }
}

import type { Os } from '../platform/platform.ts';
import { readVariable, type Variables, variableKey } from '../platform/variables.ts';

export { readVariable, type Variables };

export interface ChildEnvironmentOptions {
  readonly os: Os;
  /** Our own environment. */
  readonly own: Variables;
  readonly server: { readonly env: Readonly<Record<string, string>>; readonly inheritEnv: boolean };
}

export interface ChildEnvironment {
  /** The child's whole environment; on Windows no two names differ only in case. */
  readonly env: Readonly<Record<string, string>>;
  /** Names that are set here but were not passed on, sorted; for hints only, never their values. */
  readonly withheld: readonly string[];
}

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** What the MCP SDK passes on, and what locale, time zone, temp folder, keys and screens need. */
const POSIX = words('HOME LOGNAME PATH SHELL TERM USER LANG TZ TMPDIR SSH_AUTH_SOCK DISPLAY');
const POSIX_PREFIXES = ['LC_', 'XDG_'];

/** What the MCP SDK passes on, what libuv adds by itself, and what cmd, PowerShell and installers look for. */
const WINDOWS = words(`
  APPDATA HOMEDRIVE HOMEPATH LOCALAPPDATA PATH PROCESSOR_ARCHITECTURE SYSTEMDRIVE SYSTEMROOT TEMP USERNAME USERPROFILE PROGRAMFILES
  LOGONSERVER USERDOMAIN WINDIR TMP
  COMSPEC PATHEXT PROGRAMDATA PROGRAMFILES(X86) PSMODULEPATH NUMBER_OF_PROCESSORS`);

/** Proxies, certificate authorities, and where npm, uv and pip find their cache and registry: taken in any case, on every system. */
const ANY_CASE = words(`
  HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY NODE_USE_ENV_PROXY
  NODE_EXTRA_CA_CERTS NODE_USE_SYSTEM_CA SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE PIP_CERT
  AWS_CA_BUNDLE GIT_SSL_CAINFO DENO_CERT DENO_TLS_CA_STORE UV_NATIVE_TLS UV_SYSTEM_CERTS
  NPM_CONFIG_CACHE NPM_CONFIG_REGISTRY NPM_CONFIG_USERCONFIG NPM_CONFIG_CAFILE
  NPM_CONFIG_PROXY NPM_CONFIG_HTTPS_PROXY NPM_CONFIG_NOPROXY
  UV_DEFAULT_INDEX UV_INDEX_URL PIP_INDEX_URL`);

/**
 * Ours alone, also with `inheritEnv`: an Electron host's switch would turn an Electron server into a plain Node, the IPC
 * channel of a forked manager is a descriptor that the child does not have, and the token opens our own control API.
 */
const NEVER = words(
  'ELECTRON_RUN_AS_NODE NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE NODE_UNIQUE_ID HOLDFAST_TOKEN',
);

/** Python on a pipe would write in the ANSI code page and in blocks. */
const WHEN_ABSENT = { PYTHONUTF8: '1', PYTHONUNBUFFERED: '1' };

/** Builds a child's environment: an allow-list of our own (all of it with `inheritEnv`), then the server's variables on top. */
export function childEnvironment({ os, own, server }: ChildEnvironmentOptions): ChildEnvironment {
  const child = new Map<string, readonly [name: string, value: string]>();
  const put = (name: string, value: string): unknown =>
    child.set(os === 'windows' ? name.toUpperCase() : name, [name, value]);
  const withheld: string[] = [];

  for (const [name, value] of Object.entries(own)) {
    // bash exports functions this way; a program that hands them to another bash would run them
    if (value === undefined || value.startsWith('()') || NEVER.has(name.toUpperCase())) continue;
    if (server.inheritEnv || isAllowed(os, name)) put(name, value);
    else withheld.push(name);
  }
  for (const [name, value] of Object.entries(server.env)) put(name, value);

  const add = (name: string, value: string): void => {
    if (!child.has(os === 'windows' ? name.toUpperCase() : name)) put(name, value);
  };
  for (const [name, value] of Object.entries(WHEN_ABSENT)) add(name, value);
  if (os === 'windows') completeWindows(name => child.get(name)?.[1], add);

  const env = Object.fromEntries(child.values());
  return { env, withheld: withheld.filter(name => readVariable(os, env, name) === undefined).sort() };
}

/** The environment with a folder in front of its PATH, spelled as the environment spells it. */
export function withPathFolder(
  os: Os,
  env: Readonly<Record<string, string>>,
  folder: string,
): Readonly<Record<string, string>> {
  const key = variableKey(os, env, 'PATH');
  const rest = env[key];
  return {
    ...env,
    [key]: rest === undefined || rest === '' ? folder : `${folder}${os === 'windows' ? ';' : ':'}${rest}`,
  };
}

function isAllowed(os: Os, name: string): boolean {
  const upper = name.toUpperCase();
  if (ANY_CASE.has(upper)) return true;
  if (os === 'windows') return WINDOWS.has(upper);
  return POSIX.has(name) || POSIX_PREFIXES.some(prefix => name.startsWith(prefix));
}

/** Winsock fails without SystemRoot (10106), batch files without ComSpec; a caller with a bare environment has neither. */
function completeWindows(read: (name: string) => string | undefined, add: (name: string, value: string) => void): void {
  const systemRoot = read('SYSTEMROOT') ?? read('WINDIR') ?? 'C:\\Windows';
  add('SystemRoot', systemRoot);
  add('windir', systemRoot);
  add('SystemDrive', systemRoot.slice(0, 2));
  add('ComSpec', `${systemRoot}\\System32\\cmd.exe`);
  add('PATHEXT', '.COM;.EXE;.BAT;.CMD');
}

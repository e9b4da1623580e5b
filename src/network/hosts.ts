import { isIP } from 'node:net';
import type { ProcessServer, RemoteServer } from '../config/types.ts';
import type { Os } from '../platform/platform.ts';
import { readVariable, type Variables } from '../platform/variables.ts';

type LocalServer = Pick<ProcessServer, 'command' | 'args' | 'env' | 'cwd'>;

export interface HostsQuestion {
  readonly os: Os;
  readonly servers: readonly (LocalServer | Pick<RemoteServer, 'url'>)[];
  /** Our own environment. */
  readonly env: Variables;
  readonly home: string;
  /** The host of the proxy that leads outside, where there is one. */
  readonly proxyHost: string | null;
  /** `network.hosts`. */
  readonly declared: readonly string[];
  /** The text of a file; null where it cannot be read. */
  readonly readText: (path: string) => string | null;
}

// Where these tools look by themselves, as their manuals have it.
const NPM_REGISTRY = 'https://registry.npmjs.org/';
const PYPI = ['https://pypi.org/simple', 'https://files.pythonhosted.org/'];

const NPM_PROGRAMS = new Set(['npx', 'npm', 'pnpm', 'pnpx', 'yarn', 'bunx']);
const PYTHON_PROGRAMS = new Set(['uvx', 'uv', 'pipx', 'pip', 'pip3']);

/**
 * The hosts that are worth a look-up before the servers need them. Behind a proxy that is the proxy alone: no client looks up
 * anything else there. Addresses and `localhost` are no names for a DNS server.
 */
export function hostsToWarm(question: HostsQuestion): string[] {
  const { servers, proxyHost, declared } = question;
  const wanted =
    proxyHost === null ? [...servers.flatMap(server => addressesOf(question, server)), ...declared] : [proxyHost];
  const hosts = wanted.map(hostOf).filter(host => host !== null && isIP(host) === 0 && host !== 'localhost');
  return [...new Set(hosts)].filter(host => host !== null);
}

/** The ports of `localhost:PORT` among the declared hosts: there the question is which of two addresses answers. */
export function localPorts(declared: readonly string[]): number[] {
  const ports = declared.flatMap(host => /^localhost:(\d{1,5})$/i.exec(host)?.[1] ?? []).map(Number);
  return [...new Set(ports)].filter(port => port > 0 && port < 65_536);
}

/** The host of an address, of `host:port` or of a host. */
export function hostOf(address: string): string | null {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  if (!URL.canParse(url)) return null;
  const { hostname } = new URL(url);
  return hostname === '' ? null : hostname.replace(/^\[|\]$/g, '');
}

function addressesOf(question: HostsQuestion, server: HostsQuestion['servers'][number]): readonly string[] {
  if ('url' in server) return [server.url];
  const { os, env } = question;
  const name = (server.command.split(/[\\/]/).pop() ?? '').toLowerCase().replace(/\.(?:cmd|exe|bat|ps1)$/, '');
  const variable = (...names: string[]) =>
    names.map(key => readVariable(os, server.env, key) ?? readVariable(os, env, key)).find(value => value);
  if (NPM_PROGRAMS.has(name)) return [npmRegistry(question, server, variable)];
  if (!PYTHON_PROGRAMS.has(name)) return [];
  const index = name.startsWith('uv') ? variable('UV_DEFAULT_INDEX', 'UV_INDEX_URL') : variable('PIP_INDEX_URL');
  return index === undefined ? PYPI : [index];
}

/** As npm has it: the variable over the project's `.npmrc` over the user's; a scope may have a registry of its own. */
function npmRegistry(
  { os, env, home, readText }: HostsQuestion,
  { cwd, args }: LocalServer,
  variable: (...names: string[]) => string | undefined,
): string {
  const join = (folder: string) => `${folder}${os === 'windows' ? '\\' : '/'}.npmrc`;
  const files = [join(cwd), variable('npm_config_userconfig', 'NPM_CONFIG_USERCONFIG') ?? join(home)];
  const settings = files.map(file => npmrc(readText(file) ?? '', env));
  const scope = args.map(arg => /^(@[^/]+)\//.exec(arg)?.[1]).find(found => found !== undefined);
  const fromFiles = (key: string) => settings.map(found => found.get(key)).find(value => value !== undefined);
  return (
    (scope === undefined ? undefined : fromFiles(`${scope}:registry`)) ??
    variable('npm_config_registry', 'NPM_CONFIG_REGISTRY') ??
    fromFiles('registry') ??
    NPM_REGISTRY
  );
}

function npmrc(text: string, env: Variables): Map<string, string> {
  const pairs = text.split(/\r?\n/).flatMap(line => {
    const [, key, value] = /^\s*([^#;\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) return [];
    const plain = value.replace(/^(["'])(.*)\1$/, '$2');
    return [[key, plain.replace(/\$\{([^}]+)\}/g, (all, name: string) => env[name] ?? all)] as const];
  });
  return new Map(pairs);
}

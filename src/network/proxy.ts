import type { Os } from '../platform/platform.ts';
import type { SystemProxy } from '../platform/system-network.ts';
import { readVariable, type Variables, variableKey } from '../platform/variables.ts';

type Environment = Readonly<Record<string, string>>;

/** How this machine gets outside. */
export interface ProxyFound {
  readonly source: 'environment' | SystemProxy['source'] | 'none';
  /** Addresses, credentials included: for the servers, never for a log. */
  readonly http: string | null;
  readonly https: string | null;
  /** Hosts that are reached without it, as `NO_PROXY` has them. */
  readonly direct: readonly string[];
  /** A script decides for each host. It is named, not run. */
  readonly pac: string | null;
}

/** Node sends even these to a proxy where nothing excepts them. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];

const NONE: ProxyFound = { source: 'none', http: null, https: null, direct: [], pac: null };

/** The variables where they name one, else what the system has. `system` in the order of what counts first. */
export function discoverProxy(os: Os, env: Variables, system: readonly SystemProxy[] | null): ProxyFound {
  const all = variable(os, env, 'ALL_PROXY');
  const [http, https] = [variable(os, env, 'HTTP_PROXY') ?? all, variable(os, env, 'HTTPS_PROXY') ?? all];
  if (http !== null || https !== null) {
    return { source: 'environment', http, https, direct: listed(variable(os, env, 'NO_PROXY') ?? ''), pac: null };
  }
  const pac = system?.find(found => found.pac !== null)?.pac ?? null;
  const found = system?.find(({ proxy }) => proxy !== null && proxy !== '');
  if (found === undefined) return { ...NONE, pac, source: pac === null ? 'none' : (system?.[0]?.source ?? 'none') };
  return { source: found.source, ...addressesOf(found.proxy ?? ''), direct: bypassed(found.bypass ?? ''), pac };
}

/**
 * The environment with the proxy for whoever has none yet, and with `localhost` excepted wherever there is one. Node servers are told
 * to heed it (22.21 and later know the variable).
 */
export function withProxy(os: Os, env: Environment, found: ProxyFound): Environment {
  const result: Record<string, string> = { ...env };
  const put = (name: string, value: string): void => {
    // curl reads `http_proxy` in lower case only, others in upper case only; Windows tells no difference.
    for (const key of os === 'windows' ? [variableKey(os, result, name)] : [name, name.toLowerCase()])
      result[key] = value;
  };
  if (NAMES.every(name => variable(os, env, name) === null)) {
    if (found.http !== null) put('HTTP_PROXY', found.http);
    if (found.https !== null) put('HTTPS_PROXY', found.https);
    if (found.http === null && found.https === null) return env;
  }
  const direct = variable(os, env, 'NO_PROXY');
  if (direct?.trim() === '*') return result;
  put('NO_PROXY', [...new Set([...(direct === null ? found.direct : listed(direct)), ...LOOPBACK])].join(','));
  if (!readVariable(os, result, 'NODE_USE_ENV_PROXY')) result.NODE_USE_ENV_PROXY = '1';
  return result;
}

/** The proxy that leads to an address; null where none does, or one of a kind that is not spoken here (SOCKS). */
export function proxyFor(url: URL, found: ProxyFound): URL | null {
  const address = url.protocol === 'https:' ? found.https : found.http;
  if (address === null || isDirect(url, [...found.direct, ...LOOPBACK])) return null;
  const proxy = address.includes('://') ? address : `http://${address}`;
  return /^https?:/i.test(proxy) && URL.canParse(proxy) ? new URL(proxy) : null;
}

/** As curl reads `NO_PROXY`: a host stands for all below it, too; with a port for that port alone. */
function isDirect({ hostname, port, protocol }: URL, direct: readonly string[]): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  return direct.some(entry => {
    if (entry === '*') return true;
    const [, name = '', onlyPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    // An IPv6 address is full of colons.
    if (entry.toLowerCase() === host) return true;
    return (
      name !== '' && (onlyPort === undefined || onlyPort === ownPort) && (host === name || host.endsWith(`.${name}`))
    );
  });
}

/** In words for people, without credentials. */
export function describeProxy({ source, http, https, pac }: ProxyFound): string {
  const [shownHttp, shownHttps] = [http, https].map(address => (address === null ? null : withoutCredentials(address)));
  const parts = [
    ...(shownHttps === shownHttp || shownHttps === null ? [] : [`https by ${shownHttps}`]),
    ...(shownHttp === null ? [] : [shownHttps === shownHttp ? `by ${shownHttp}` : `http by ${shownHttp}`]),
    ...(pac === null ? [] : [`by the script at ${withoutCredentials(pac)}, which is not run here: set HTTPS_PROXY`]),
  ];
  return parts.length === 0 ? 'no proxy' : `${parts.join(', ')} (${source})`;
}

function withoutCredentials(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, '$1');
}

function variable(os: Os, env: Variables, name: string): string | null {
  return readVariable(os, env, name) || readVariable(os, env, name.toLowerCase()) || null;
}

function listed(text: string): string[] {
  return text.split(/[,\s]+/).filter(host => host !== '');
}

/** `host:port` for all, or `http=host:port;https=host:port;ftp=…`. */
function addressesOf(proxy: string): { http: string | null; https: string | null } {
  const parts = proxy.split(/[;\s]+/).filter(part => part !== '');
  const of = (scheme: string) => parts.find(part => part.startsWith(`${scheme}=`))?.slice(scheme.length + 1);
  const forAll = parts.find(part => !part.includes('='));
  const address = (found: string | undefined) =>
    found === undefined || found === '' ? null : found.includes('://') ? found : `http://${found}`;
  return { http: address(of('http') ?? forAll), https: address(of('https') ?? forAll) };
}

/** Windows' exceptions as `NO_PROXY` has them: `*.corp.example` is `.corp.example`; `<local>` (names without a dot) has no counterpart. */
function bypassed(bypass: string): string[] {
  return bypass
    .split(/[;,\s]+/)
    .filter(host => host !== '' && !host.startsWith('<'))
    .map(host => host.replace(/^\w+:\/\//, '').replace(/^\*\./, '.'));
}

import { isObject } from '../is-object.ts';
import { type Entry, refused, type TakenOver } from './client.ts';
import { leftBehind, remoteRefusal } from './json-entry.ts';

const TAKEN = [
  ...['command', 'args', 'env', 'env_vars', 'cwd', 'url', 'bearer_token_env_var', 'http_headers', 'env_http_headers'],
  ...['startup_timeout_sec', 'startup_timeout_ms', 'tool_timeout_sec', 'enabled', 'enabled_tools', 'disabled_tools'],
];

/** Reads a table `mcp_servers.NAME` of Codex. */
export function fromCodex(name: string, raw: unknown): TakenOver {
  if (!isObject(raw)) return refused('it is no table');
  const isRemote = raw.command === undefined;
  if (isRemote && typeof raw.url !== 'string') return refused('it has no "command" and no "url"');
  const headers = headersOf(raw);
  const why = isRemote ? remoteRefusal(name, String(raw.url), { headers, oauth: raw.oauth ?? raw.scopes }) : null;
  if (why !== null) return refused(why);
  const env = envOf(raw);
  const holdfast = optionsOf(raw);
  const entry: Entry = {
    ...(isRemote ? { url: String(raw.url) } : { command: raw.command as string }),
    ...(isRemote || raw.args === undefined ? {} : { args: raw.args as string[] }),
    ...(isRemote || Object.keys(env).length === 0 ? {} : { env }),
    ...(isRemote || raw.cwd === undefined ? {} : { cwd: raw.cwd as string }),
    ...(isRemote && Object.keys(headers).length > 0 ? { headers } : {}),
    ...(raw.enabled === false ? { disabled: true } : {}),
    ...(Object.keys(holdfast).length === 0 ? {} : { holdfast }),
  };
  const left = Object.keys(raw).filter(key => !TAKEN.includes(key));
  return { entry, reason: null, needs: [], notes: left.length === 0 ? [] : [leftBehind(left)] };
}

type Raw = Readonly<Record<string, unknown>>;

/** `env_vars` names what is handed on from the environment; `env` has values, and wins. */
function envOf({ env, env_vars: names }: Raw): Raw {
  const handedOn = (Array.isArray(names) ? (names as unknown[]) : []).flatMap(item => {
    const name = isObject(item) ? item.name : item;
    return typeof name === 'string' ? [[name, `\${${name}}`] as const] : [];
  });
  return { ...Object.fromEntries(handedOn), ...(isObject(env) ? env : {}) };
}

function headersOf({ bearer_token_env_var: token, http_headers: fixed, env_http_headers: named }: Raw) {
  const entries = [
    ...(isObject(fixed) ? Object.entries(fixed).map(([name, value]) => [name, String(value)] as const) : []),
    ...(isObject(named) ? Object.entries(named).map(([name, value]) => [name, `\${${String(value)}}`] as const) : []),
    ...(typeof token === 'string' ? [['Authorization', `Bearer \${${token}}`] as const] : []),
  ];
  return Object.fromEntries(entries);
}

function optionsOf(raw: Raw): Raw {
  const startMs = msOf(raw.startup_timeout_sec, 1_000) ?? msOf(raw.startup_timeout_ms, 1);
  const callMs = msOf(raw.tool_timeout_sec, 1_000);
  const include = raw.enabled_tools;
  const exclude = raw.disabled_tools;
  const tools = { ...(include === undefined ? {} : { include }), ...(exclude === undefined ? {} : { exclude }) };
  return {
    // As long as Codex would have waited, but no less than we do.
    ...(startMs !== undefined && startMs > 30_000 ? { startup: { initializeMs: startMs } } : {}),
    ...(callMs === undefined ? {} : { callTimeoutMs: callMs }),
    ...(Object.keys(tools).length === 0 ? {} : { tools }),
  };
}

const msOf = (value: unknown, unit: number): number | undefined =>
  typeof value === 'number' && value > 0 ? Math.min(Math.round(value * unit), 2_147_483_647) : undefined;

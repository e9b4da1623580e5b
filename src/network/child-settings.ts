import type { ChildNetworkOptions } from '../config/types.ts';
import type { Os } from '../platform/platform.ts';
import { readVariable, variableKey } from '../platform/variables.ts';

type Environment = Readonly<Record<string, string>>;

/** What `network.debug` asks of Node. `net` and `tls` print every byte's way, so they are there only by the user's own word. */
const DEBUG_AREAS = ['http', 'dns', 'undici', 'fetch'];

/**
 * The environment with the settings that Node reads from it at its start. Every child gets them: a wrapper, a shell script or a
 * Python server may start a Node further down, and no other program reads these names.
 *
 * What the environment says already stays as it is, and wins. `own` are the server's own variables.
 */
export function withNodeSettings(
  os: Os,
  env: Environment,
  own: Environment,
  options: ChildNetworkOptions,
): Environment {
  const result = { ...env };
  const put = (name: string, value: string): void => {
    result[variableKey(os, result, name)] = value;
  };
  const before = readVariable(os, env, 'NODE_OPTIONS') ?? '';
  const after = nodeOptions(before, options);
  if (after !== before) put('NODE_OPTIONS', after);
  if (!readVariable(os, env, 'UV_THREADPOOL_SIZE')) put('UV_THREADPOOL_SIZE', String(options.threadPoolSize));
  if (options.debug) put('NODE_DEBUG', debugAreas(readVariable(os, own, 'NODE_DEBUG')).join(','));
  return result;
}

/** The sections of `NODE_DEBUG` for a server with `network.debug`: those that it names itself, and ours. */
export function debugAreas(named: string | undefined): string[] {
  const areas = (named ?? '')
    .split(',')
    .map(area => area.trim().toLowerCase())
    .filter(area => area !== '');
  return [...new Set([...areas, ...DEBUG_AREAS])];
}

/**
 * `NODE_OPTIONS` with ours behind what is there. Only flags that every Node since 16 takes: a Node that does not know one ends at
 * once, with code 9, and this variable reaches every Node below the server.
 */
function nodeOptions(before: string, { dnsOrder, traceWarnings }: ChildNetworkOptions): string {
  const has = (...flags: string[]) => flags.some(flag => new RegExp(`(?:^|[\\s"])${flag}(?=[\\s="]|$)`).test(before));
  const added = [
    ...(traceWarnings && !has('--trace-warnings', '--no-trace-warnings', '--no-warnings') ? ['--trace-warnings'] : []),
    // `verbatim` is what Node does by itself.
    ...(dnsOrder !== 'verbatim' && !has('--dns-result-order') ? [`--dns-result-order=${dnsOrder}`] : []),
  ];
  return [before.trim(), ...added].filter(part => part !== '').join(' ');
}

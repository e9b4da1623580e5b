import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ChildNetworkOptions } from '../config/types.ts';

/** One host, looked up twice in a row by the system's own resolver: hosts file, VPN rules, mDNS and caches are all in it. */
export interface Lookup {
  readonly host: string;
  /** In the order in which a client would try them. */
  readonly addresses: readonly string[];
  /** Why there is none, as Node names it; `ETIMEDOUT` where the deadline came first. */
  readonly code: string | null;
  readonly coldMs: number;
  /** The second look-up; about 0 where something on the way keeps answers. */
  readonly warmMs: number | null;
}

export interface LookupOptions {
  readonly order: ChildNetworkOptions['dnsOrder'];
  /** For all of them together, from when the helper runs. Default: 2 s. */
  readonly deadlineMs?: number;
  /** Gives up: what is open by then has code `ECANCELLED`, as where the helper is ended by a signal from outside. */
  readonly signal?: AbortSignal;
  /** The helper's command line before its arguments; for tests. */
  readonly helper?: readonly [file: string, ...args: string[]];
}

const DEADLINE_MS = 2_000;
/** A machine under load takes a while to start a Node. */
const START_MS = 5_000;
/** What a whole group of processes is ended with. */
const ENDS: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Looks hosts up, two at a time; resolves with one answer for each, in their order, after the deadline at the latest.
 *
 * It is done in a process of its own, which is killed when the time is over or this process ends: `getaddrinfo` runs in libuv's
 * pool, and Node waits for that pool to be idle before it exits, `process.exit()` and a Worker's end included. With a DNS server
 * that does not answer that is 10 s and more.
 */
export async function lookUp(hosts: readonly string[], options: LookupOptions): Promise<Lookup[]> {
  const { signal } = options;
  if (hosts.length === 0 || signal?.aborted === true) return hosts.map(host => unanswered(host, 'ECANCELLED', 0));
  const from = performance.now();
  const { found, code } = await run(hosts, options);
  const tookMs = Math.round(performance.now() - from);
  return hosts.map(host => found.get(host) ?? unanswered(host, code, tookMs));
}

/** What the helper has found, and why it has found no more. It is gone when this resolves, or about to be. */
function run(
  hosts: readonly string[],
  { order, deadlineMs = DEADLINE_MS, signal, helper = [process.execPath, helperPath] }: LookupOptions,
): Promise<{ found: ReadonlyMap<string, Lookup>; code: string }> {
  return new Promise(resolve => {
    const [file, ...args] = helper;
    const child = spawn(file, [...args, order, ...hosts], {
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
      env: environment(),
    });
    const found = new Map<string, Lookup>();
    const kill = () => void child.kill('SIGKILL');
    const end = (code: string) => {
      clearTimeout(timer);
      process.off('exit', kill);
      signal?.removeEventListener('abort', cancel);
      kill();
      resolve({ found, code });
    };
    const cancel = () => end('ECANCELLED');
    let timer = setTimeout(end, START_MS, 'ETIMEDOUT');
    process.once('exit', kill);
    signal?.addEventListener('abort', cancel);
    child.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    // After the last answer it ends by itself. A Ctrl-C in a terminal, or a hang-up, reaches it before us: nothing is known then.
    child.once('close', (_, by) => end(by !== null && ENDS.has(by) ? 'ECANCELLED' : 'EHELPER'));
    // Its end is told by `close`; that nobody reads what is written to it, by nothing else.
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', line => {
      if (line === '') {
        clearTimeout(timer);
        timer = setTimeout(end, deadlineMs, 'ETIMEDOUT');
        return;
      }
      // An Electron host's own noise is none, and no half line of a helper that was killed is.
      if (!/^\{.*\}$/.test(line)) return;
      const lookup = JSON.parse(line) as Lookup;
      found.set(lookup.host, lookup);
    });
  });
}

// Compiled or not, the helper stands beside this file.
const own = fileURLToPath(import.meta.url);
const helperPath = fileURLToPath(new URL(`./dns-helper${extname(own)}`, import.meta.url));

/** Ours without what would change how Node starts; in an Electron host `process.execPath` is Electron, which then plays Node. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_DEBUG: __, ...env } = process.env;
  return process.versions.electron === undefined ? env : { ...env, ELECTRON_RUN_AS_NODE: '1' };
}

function unanswered(host: string, code: string, tookMs: number): Lookup {
  return { host, addresses: [], code, coldMs: tookMs, warmMs: null };
}

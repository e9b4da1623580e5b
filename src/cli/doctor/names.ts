import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { homedir } from 'node:os';
import { type Lookup, lookUp } from '../../network/dns.ts';
import { hostOf, hostsToWarm, localPorts } from '../../network/hosts.ts';
import { localAddressOf } from '../../network/localhost.ts';
import { duration } from '../render/units.ts';
import type { Check, World } from './check.ts';
import { ok, problem, type Verdict, warning } from './finding.ts';
import { readProxy } from './outside.ts';

export const dnsCheck: Check = {
  id: 'dns',
  topic: 'network',
  title: 'DNS',
  run: async world => {
    const order = world.loaded.config?.network.dnsOrder ?? 'ipv4first';
    const lookups = await lookUp(hostsOf(world), { order, signal: world.signal });
    return dnsVerdict({ lookups, order, neededBy: await downloading(world) });
  },
};

export const localhostCheck: Check = {
  id: 'localhost',
  topic: 'network',
  title: 'localhost',
  run: async ({ loaded, signal }) => {
    const ports = localPorts(loaded.config?.network.hosts ?? []);
    const answers = await Promise.all(ports.map(async port => ({ port, address: await localAddressOf(port) })));
    // As the system has them: every other program gets them so.
    const [lookup] = await lookUp(['localhost'], { order: 'verbatim', signal });
    return localhostVerdict({ addresses: lookup?.addresses ?? [], code: lookup?.code ?? null, answers });
  },
};

/** Whoever waits longer for a name waits as long before each connection. */
const SLOW_MS = 1_000;

export interface DnsFacts {
  readonly lookups: readonly Lookup[];
  readonly order: string;
  /** Names of servers whose first start may have to fetch something. */
  readonly neededBy: readonly string[];
}

export function dnsVerdict({ lookups, order, neededBy }: DnsFacts): Verdict {
  const details = { order, lookups };
  const failed = lookups.filter(({ code }) => code !== null);
  if (failed.length > 0) {
    const told = failed.map(({ host, code }) => `${host} (${code})`).join(', ');
    const hint = 'see that this machine is online and its DNS server answers';
    if (neededBy.length === 0) {
      return warning(`cannot be looked up: ${told}; what is installed starts all the same`, hint, details);
    }
    return problem(`cannot be looked up: ${told}; ${neededBy.join(', ')} may have to be fetched`, hint, details);
  }
  const told = lookups.map(({ host, addresses, coldMs, warmMs }) => {
    const times = [`${duration(coldMs)} cold`, ...(warmMs === null ? [] : [`${duration(warmMs)} warm`])].join(', ');
    return `${host} ${times}, ${families(addresses)}`;
  });
  const slow = lookups.filter(({ coldMs }) => coldMs >= SLOW_MS);
  if (slow.length === 0) return ok(told.length === 0 ? 'no server needs a name' : told.join('; '), details);
  return warning(
    `slow: ${told.join('; ')}`,
    'see which DNS servers this machine asks; a first one that is gone costs seconds',
    details,
  );
}

export interface LocalhostFacts {
  /** In the system's own order. */
  readonly addresses: readonly string[];
  readonly code: string | null;
  /** Where the ports of `network.hosts` answer. */
  readonly answers: readonly { readonly port: number; readonly address: string | null }[];
}

export function localhostVerdict({ addresses, code, answers }: LocalhostFacts): Verdict {
  const details = { addresses, code, answers };
  const hint = 'give the hosts file its line "127.0.0.1 localhost" back';
  if (code !== null) return problem(`the name is not known (${code})`, hint, details);
  const foreign = addresses.filter(address => !/^(?:127\.|::1$)/.test(address));
  if (foreign.length > 0) return problem(`it leads elsewhere: ${foreign.join(', ')}`, hint, details);
  const ports = answers.map(
    ({ port, address }) => `; port ${port} ${address === null ? 'answers nowhere' : `at ${address}`}`,
  );
  const silent = answers.filter(({ address }) => address === null);
  const told = `${addresses.join(', ')}${ports.join('')}`;
  if (silent.length > 0)
    return warning(told, 'start what should listen there, or take it out of "network.hosts"', details);
  if (!addresses.some(isIPv4)) return warning(`${told}: no IPv4`, hint, details);
  return ok(told, details);
}

function families(addresses: readonly string[]): string {
  const [first = ''] = addresses;
  const name = (address: string) => (isIPv4(address) ? 'IPv4' : 'IPv6');
  const isMixed = addresses.some(address => name(address) !== name(first));
  return isMixed ? `${name(first)} first` : `${name(first)} only`;
}

function hostsOf(world: World): string[] {
  const { os, cli, loaded, place } = world;
  const { https, http } = readProxy(world);
  const proxyHost = hostOf(https ?? http ?? '');
  const declared = (loaded.config?.network.hosts ?? []).filter(host => !/^localhost(?::|$)/i.test(host));
  const question = { os, env: cli.env, home: homedir(), proxyHost, declared, readText };
  const servers = world.servers.map(({ server }) => server);
  const hosts = hostsToWarm({ ...question, servers });
  // Where nobody needs a name, npm's registry is as good as any: what one adds next will need it.
  const npx = { command: 'npx', args: [], env: {}, cwd: place.cwd };
  return hosts.length > 0 ? hosts : hostsToWarm({ ...question, servers: [npx] });
}

async function downloading({ servers }: World): Promise<string[]> {
  const found = await Promise.all(servers.map(({ plan }) => plan));
  return found.flatMap(({ plan, server }) => (plan?.mayDownload === true ? [server.name] : []));
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No such file, or not for us: then npm does not go by it either.
    return null;
  }
}

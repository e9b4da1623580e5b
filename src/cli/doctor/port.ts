import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { readHolder } from '../../daemon/instance-lock.ts';
import { readSockets } from '../../network/sockets.ts';
import { type PortFigures, portFigures } from '../../network/tcp-table.ts';
import type { Os } from '../../platform/platform.ts';
import { listProcesses } from '../../platform/process-table.ts';
import type { SystemNetwork } from '../../platform/system-network.ts';
import type { Check } from './check.ts';
import { ok, problem, unknown, type Verdict, warning } from './finding.ts';
import { stateDirOf } from './state-folder.ts';

/** Of the HTTP endpoint, unless it is configured. */
const ENDPOINT = { host: '127.0.0.1', port: 4653 };

export const portCheck: Check = {
  id: 'port',
  topic: 'network',
  title: 'port',
  run: async world => {
    const { host, port } = world.loaded.config?.gateway ?? ENDPOINT;
    const error = await tryPort(port, host);
    const surroundings = { os: world.os, network: world.network, stateDir: stateDirOf(world).own };
    const holder = error === 'EADDRINUSE' ? await holderOf(port, surroundings) : null;
    return portVerdict({ port, host, error, holder });
  },
};

export const portsCheck: Check = {
  id: 'ports',
  topic: 'network',
  title: 'outgoing ports',
  run: async ({ os, network }) => {
    const reading = await readSockets(os, [], network);
    return portsVerdict(reading === null ? null : portFigures(reading.rows, reading.range));
  },
};

export interface Holder {
  readonly pid: number;
  /** Of its program, where that is known. */
  readonly name: string | null;
  /** Whether it is the manager of this configuration. */
  readonly isManager: boolean;
}

export interface PortFacts {
  readonly port: number;
  readonly host: string;
  /** What came of listening there for a moment: the error's code, or null. */
  readonly error: string | null;
  /** Who listens there, where that is known. */
  readonly holder: Holder | null;
}

export function portVerdict({ port, host, error, holder }: PortFacts): Verdict {
  const details = { port, host, error, holder };
  if (error === null) return ok(port === 0 ? `any on ${host}` : `${port} on ${host} is free`, details);
  if (error === 'EADDRINUSE') {
    if (holder?.isManager === true) return ok(`${port} on ${host} is the manager’s (pid ${holder.pid})`, details);
    const hint = 'end that program, or set another "holdfast.gateway.port" in the configuration';
    return warning(`${port} on ${host} is taken by ${nameOf(holder)}`, hint, details);
  }
  if (error === 'EACCES') {
    const hint =
      'set another "holdfast.gateway.port"; on Windows "netsh int ipv4 show excludedportrange tcp" lists what is reserved';
    return warning(`${port} on ${host} may not be used: the system has reserved it`, hint, details);
  }
  return problem(`cannot listen on ${host}: ${error}`, 'see that the loopback interface is up', details);
}

export function portsVerdict(figures: PortFigures | null): Verdict {
  if (figures === null) return unknown('this system does not tell');
  const { used, of, timeWait, verdict } = figures;
  const told = `${used} of ${of} in use, ${timeWait} at rest (TIME_WAIT)`;
  const details = { ...figures };
  const hint = 'see which program opens so many connections ("ss -tanp", on Windows "netstat -ano"), and restart it';
  if (verdict === 'ok') return ok(told, details);
  return verdict === 'warning'
    ? warning(told, hint, details)
    : problem(`${told}: new connections will fail`, hint, details);
}

/** Listens for a moment, which alone tells also of ports that the system reserves, and accepts nobody. */
export function tryPort(port: number, host: string): Promise<string | null> {
  return new Promise(resolve => {
    const server = createServer(socket => socket.destroy());
    server.once('error', error => resolve('code' in error ? String(error.code) : error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** Who listens on a port, where that can be known; `stateDir` is that of our own manager. */
export async function holderOf(
  port: number,
  { os, network, stateDir }: { readonly os: Os; readonly network: SystemNetwork; readonly stateDir: string },
): Promise<Holder | null> {
  const pids = os === 'linux' ? (await listProcesses()).map(({ pid }) => pid) : [];
  const reading = await readSockets(os, pids, network);
  const pid = reading?.rows.find(row => row.state === 'listen' && row.localPort === port)?.pid ?? 0;
  if (pid === 0) return null;
  const name = os === 'linux' ? (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() : null;
  return { pid, name, isManager: (await readHolder(stateDir))?.pid === pid };
}

/** The holder in words. */
export const nameOf = (holder: Holder | null): string =>
  holder === null ? 'another program' : `${holder.name ?? 'a program'} (pid ${holder.pid})`;

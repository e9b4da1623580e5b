import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Os } from '../platform/platform.ts';
import type { SystemNetwork, TcpRow } from '../platform/system-network.ts';
import { parsePortRange, parseProcNet, socketInode } from './tcp-table.ts';

export interface SocketReading {
  readonly rows: readonly TcpRow[];
  readonly range: readonly [first: number, last: number];
}

/**
 * The TCP sockets of this machine, those of these processes with their pid. Null where the system does not tell (macOS, or Windows
 * without its door).
 */
export async function readSockets(
  os: Os,
  pids: readonly number[],
  system: Pick<SystemNetwork, 'tcpTable' | 'ephemeralPorts'>,
): Promise<SocketReading | null> {
  if (os === 'linux') return readProc(pids);
  const rows = system.tcpTable();
  const range = system.ephemeralPorts();
  return rows === null || range === null ? null : { rows, range };
}

async function readProc(pids: readonly number[]): Promise<SocketReading | null> {
  const [v4, v6, range] = await Promise.all([
    text('/proc/net/tcp'),
    text('/proc/net/tcp6'),
    text('/proc/sys/net/ipv4/ip_local_port_range'),
  ]);
  const ports = parsePortRange(range ?? '');
  if (v4 === null || ports === null) return null;
  const owners = new Map<number, number>();
  for (const pid of pids) for (const inode of await inodesOf(pid)) owners.set(inode, pid);
  const rows = [...parseProcNet(v4), ...parseProcNet(v6 ?? '')].map(({ state, localPort, inode }) => ({
    state,
    localPort,
    pid: owners.get(inode) ?? 0,
  }));
  return { rows, range: ports };
}

async function inodesOf(pid: number): Promise<number[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await unlessGone(() => readdir(folder));
  const links = await Promise.all((names ?? []).map(name => unlessGone(() => readlink(`${folder}/${name}`))));
  return links.map(link => socketInode(link ?? '')).filter(inode => inode !== null);
}

function text(file: string): Promise<string | null> {
  return unlessGone(() => readFile(file, 'utf8'));
}

/** Processes end and descriptors close while they are read; a kernel without IPv6 has no table of it. */
async function unlessGone<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ESRCH' || code === 'EPERM') return null;
    throw error;
  }
}

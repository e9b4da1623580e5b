import type { TcpRow, TcpState } from '../platform/system-network.ts';

/** What one server's processes hold, and what all of the machine does. */
export interface SocketFigures {
  readonly open: number;
  /** The other end has hung up and the server has not: what grows here is never given back. */
  readonly closeWait: number;
  readonly listening: number;
}

export interface PortFigures {
  /** Ports of the range for outgoing connections that are taken, of how many. */
  readonly used: number;
  readonly of: number;
  /** Connections that are over, whose port rests a minute or more. */
  readonly timeWait: number;
  readonly verdict: 'ok' | 'warning' | 'alarm';
}

const WARNING = 0.7;
const ALARM = 0.9;

export function socketFigures(rows: readonly TcpRow[], pids: ReadonlySet<number>): SocketFigures {
  const own = rows.filter(row => pids.has(row.pid));
  const count = (state: TcpState) => own.filter(row => row.state === state).length;
  const listening = count('listen');
  return { open: own.length - listening, closeWait: count('closeWait'), listening };
}

export function portFigures(rows: readonly TcpRow[], [first, last]: readonly [number, number]): PortFigures {
  const taken = rows.filter(({ localPort, state }) => state !== 'listen' && localPort >= first && localPort <= last);
  // Several connections may share a port where they lead to different places.
  const used = new Set(taken.map(row => row.localPort)).size;
  const of = last - first + 1;
  const share = used / of;
  const timeWait = rows.filter(row => row.state === 'timeWait').length;
  return { used, of, timeWait, verdict: share >= ALARM ? 'alarm' : share >= WARNING ? 'warning' : 'ok' };
}

/** Fewer are an ordinary end of the day. */
const FEW = 10;
const CHECKS = 3;

/** Whether the sockets in CLOSE_WAIT, one figure for each check, have only ever grown over the last checks: a leak. */
export function isLeak(closeWait: readonly number[]): boolean {
  const last = closeWait.slice(-CHECKS);
  return (
    last.length === CHECKS &&
    last.every((count, index) => index === 0 || count > (last[index - 1] ?? 0)) &&
    (last.at(-1) ?? 0) >= FEW
  );
}

const LINUX_STATES: Readonly<Record<string, TcpState>> = {
  '01': 'established',
  '06': 'timeWait',
  '08': 'closeWait',
  '0A': 'listen',
};

export interface LinuxSocket {
  readonly state: TcpState;
  readonly localPort: number;
  /** 0 where no process has it open any more. */
  readonly inode: number;
}

/** The lines of `/proc/net/tcp` or `/proc/net/tcp6`. */
export function parseProcNet(text: string): LinuxSocket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap(line => {
      const fields = line.trim().split(/\s+/);
      const [, local = '', , state = '', , , , , , inode] = fields;
      const port = local.split(':')[1];
      if (port === undefined || inode === undefined) return [];
      return [{ state: LINUX_STATES[state] ?? 'other', localPort: Number.parseInt(port, 16), inode: Number(inode) }];
    });
}

/** `32768 60999` of `/proc/sys/net/ipv4/ip_local_port_range`. */
export function parsePortRange(text: string): [number, number] | null {
  const [first, last] = text.trim().split(/\s+/).map(Number);
  return first === undefined || last === undefined || !(last >= first) ? null : [first, last];
}

/** The inode that a link of `/proc/PID/fd` names, if it is a socket. */
export function socketInode(link: string): number | null {
  const found = /^socket:\[(\d+)\]$/.exec(link)?.[1];
  return found === undefined ? null : Number(found);
}

// Sockets as the kernel of Linux tells them.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface SocketRow {
  readonly localPort: number;
  readonly remotePort: number;
  /** As `/proc/net/tcp` has it: `01` is established, `06` TIME_WAIT, `0A` listening. */
  readonly state: string;
  readonly inode: string;
}

/** All of the machine, of both families. */
export function tcpSockets(): SocketRow[] {
  return ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .filter(line => line !== '')
      .map(line => {
        const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
        return { localPort: portOf(local), remotePort: portOf(remote), state, inode };
      }),
  );
}

/** The inodes of the sockets that this process holds, of any kind. */
export function ownSockets(): Set<string> {
  const inodes = readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? [];
    } catch {
      // The descriptor by which the folder was read is gone.
      return [];
    }
  });
  return new Set(inodes);
}

const portOf = (address: string): number => Number.parseInt(address.split(':')[1] ?? '', 16);

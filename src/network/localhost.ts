import { connect } from 'node:net';

/** `localhost` means both; servers that listen on one only are the commonest reason for "connection refused". */
const ADDRESSES = ['127.0.0.1', '::1'] as const;
export type LocalAddress = (typeof ADDRESSES)[number];

const PATIENCE_MS = 1_000;

const winners = new Map<number, LocalAddress>();

/**
 * The address of this machine on which something listens at a port: 127.0.0.1, else ::1, else null. The winner is remembered and
 * tried first the next time.
 */
export async function localAddressOf(port: number, patienceMs = PATIENCE_MS): Promise<LocalAddress | null> {
  const remembered = winners.get(port);
  const order = remembered === '::1' ? [...ADDRESSES].reverse() : ADDRESSES;
  for (const address of order) {
    if (!(await accepts(address, port, patienceMs))) continue;
    winners.set(port, address);
    return address;
  }
  winners.delete(port);
  return null;
}

function accepts(host: string, port: number, patienceMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port });
    const end = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(patienceMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

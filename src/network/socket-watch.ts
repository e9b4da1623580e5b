import type { Os } from '../platform/platform.ts';
import type { SystemNetwork } from '../platform/system-network.ts';
import type { Emit } from '../telemetry/events.ts';
import { readSockets } from './sockets.ts';
import { isLeak, type PortFigures, portFigures, socketFigures } from './tcp-table.ts';

/** So many figures of CLOSE_WAIT are kept for each life. */
const KEPT = 12;

/** Looks at the sockets of servers from time to time, and tells what grows. */
export class SocketWatch {
  readonly #os: Os;
  readonly #system: SystemNetwork;
  readonly #emit: Emit;
  /** By server and instance, the incarnation they belong to and one figure for each look. */
  readonly #closeWait = new Map<string, { incarnation: number; counts: number[] }>();
  #ports: PortFigures | null = null;

  constructor(os: Os, system: SystemNetwork, emit: Emit) {
    this.#os = os;
    this.#system = system;
    this.#emit = emit;
  }

  /** As of the last look; null before it, and where the system does not tell. */
  get ports(): PortFigures | null {
    return this.#ports;
  }

  async look(
    { server, instance, incarnation }: { server: string; instance: number; incarnation: number },
    pids: readonly number[],
  ): Promise<void> {
    const reading = await readSockets(this.#os, pids, this.#system);
    if (reading === null) return;
    // A remote server has no process here, and so no sockets of its own.
    if (pids.length > 0) {
      const sockets = socketFigures(reading.rows, new Set(pids));
      const counts = this.#remember(`${server} ${instance}`, incarnation, sockets.closeWait);
      this.#emit({ type: 'network.sockets', server, instance, incarnation, ...sockets, isLeak: isLeak(counts) });
    }
    const before = this.#ports?.verdict ?? 'ok';
    this.#ports = portFigures(reading.rows, reading.range);
    // Every server is checked; the ports are the machine's, and told when they become scarce, and when they no longer are.
    if (this.#ports.verdict !== before) this.#emit({ type: 'network.ports', ...this.#ports });
  }

  #remember(key: string, incarnation: number, count: number): readonly number[] {
    const known = this.#closeWait.get(key);
    const counts = [...(known?.incarnation === incarnation ? known.counts : []), count].slice(-KEPT);
    this.#closeWait.set(key, { incarnation, counts });
    return counts;
  }
}

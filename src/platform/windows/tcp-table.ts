import type { TcpRow, TcpState } from '../system-network.ts';
import type { Win32 } from '../win32.ts';
import { Win32Error } from './win32-error.ts';

interface IpHelper {
  GetExtendedTcpTable(
    table: Buffer | null,
    size: Buffer,
    isSorted: boolean,
    family: number,
    kind: number,
    reserved: number,
  ): number;
}

const PROTOTYPES: Readonly<Record<keyof IpHelper, string>> = {
  GetExtendedTcpTable:
    'uint32 GetExtendedTcpTable(void* table, void* size, bool isSorted, uint32 family, int kind, uint32 reserved)',
};

/** TCP_TABLE_OWNER_PID_ALL */
const ALL_WITH_OWNER = 5;
const ERROR_INSUFFICIENT_BUFFER = 122;
/** The table may have grown between the question for its size and the one for it. */
const TRIES = 5;

/** Address family, bytes of a row, and where in it state, local port and owner stand. */
const IPV4 = { family: 2, bytes: 24, state: 0, port: 8, pid: 20 };
const IPV6 = { family: 23, bytes: 56, state: 48, port: 20, pid: 52 };

const STATES: Readonly<Record<number, TcpState>> = { 2: 'listen', 5: 'established', 8: 'closeWait', 11: 'timeWait' };

/** Every TCP socket of this machine. @throws Win32Error */
export function tcpTable(win32: Pick<Win32, 'bind'>): TcpRow[] {
  const helper = win32.bind<IpHelper>('iphlpapi.dll', PROTOTYPES);
  return [IPV4, IPV6].flatMap(layout => parseTable(readTable(helper, layout.family), layout));
}

function readTable(helper: IpHelper, family: number): Buffer {
  const size = Buffer.alloc(4);
  let table: Buffer | null = null;
  for (let tries = 0; ; tries++) {
    const status = helper.GetExtendedTcpTable(table, size, false, family, ALL_WITH_OWNER, 0);
    if (status === 0) return table ?? Buffer.alloc(4);
    if (status !== ERROR_INSUFFICIENT_BUFFER || tries === TRIES) throw new Win32Error('GetExtendedTcpTable', status);
    table = Buffer.alloc(size.readUInt32LE());
  }
}

function parseTable(table: Buffer, layout: typeof IPV4): TcpRow[] {
  return Array.from({ length: table.readUInt32LE(0) }, (_, index) => {
    const at = 4 + index * layout.bytes;
    return {
      state: STATES[table.readUInt32LE(at + layout.state)] ?? 'other',
      localPort: table.readUInt16BE(at + layout.port),
      pid: table.readUInt32LE(at + layout.pid),
    };
  });
}

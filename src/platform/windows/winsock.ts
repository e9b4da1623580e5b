// Winsock as Windows counts it: one WSACleanup for each WSAStartup of this process, libuv's own among them.

import { WinsockFailure, type WinsockToken } from '../system-network.ts';
import type { Win32 } from '../win32.ts';

interface Ws2 {
  WSAStartup(version: number, data: Buffer): number;
  WSACleanup(): number;
  WSAEnumProtocolsW(wanted: null, protocols: Buffer | null, size: Buffer): number;
}

const PROTOTYPES: Readonly<Record<keyof Ws2, string>> = {
  WSAStartup: 'int WSAStartup(uint16 version, void* data)',
  WSACleanup: 'int WSACleanup()',
  WSAEnumProtocolsW: 'int WSAEnumProtocolsW(void* wanted, void* protocols, void* size)',
};

const VERSION_2_2 = 0x0202;
/** WSADATA, with room to spare. */
const DATA_BYTES = 512;
/** WSAPROTOCOL_INFOW, and where its name lies. */
const PROTOCOL_BYTES = 628;
const NAME_AT = 116;

/** @throws WinsockFailure */
export function startWinsock(win32: Pick<Win32, 'bind'>): WinsockToken {
  const ws2 = win32.bind<Ws2>('ws2_32.dll', PROTOTYPES);
  const data = Buffer.alloc(DATA_BYTES);
  // This call gives its error itself; the last error says nothing before it has succeeded.
  const status = ws2.WSAStartup(VERSION_2_2, data);
  if (status !== 0) throw new WinsockFailure(status);
  let isLeft = true;
  return {
    version: versionAt(data, 0),
    highest: versionAt(data, 2),
    providers: providersOf(ws2),
    [Symbol.dispose]() {
      if (isLeft) ws2.WSACleanup();
      isLeft = false;
    },
  };
}

function versionAt(data: Buffer, at: number): string {
  return `${data.readUInt8(at)}.${data.readUInt8(at + 1)}`;
}

/** Empty where the catalogue cannot be read: `doctor` then has that to say. */
function providersOf(ws2: Ws2): string[] {
  const size = Buffer.alloc(4);
  // Fails by intention, and leaves the size that is wanted.
  ws2.WSAEnumProtocolsW(null, null, size);
  const protocols = Buffer.alloc(size.readUInt32LE());
  const count = Math.max(0, ws2.WSAEnumProtocolsW(null, protocols, size));
  return Array.from({ length: count }, (_, index) => {
    const at = index * PROTOCOL_BYTES + NAME_AT;
    return protocols.toString('utf16le', at, at + 512).split('\0', 1)[0] ?? '';
  });
}

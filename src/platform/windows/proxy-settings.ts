import type { SystemProxy } from '../system-network.ts';
import type { Win32 } from '../win32.ts';

interface WinHttp {
  WinHttpGetIEProxyConfigForCurrentUser(config: Buffer): boolean;
  WinHttpGetDefaultProxyConfiguration(info: Buffer): boolean;
}

interface Memory {
  lstrlenW(text: bigint): number;
  GlobalFree(memory: bigint): bigint;
}

const WINHTTP: Readonly<Record<keyof WinHttp, string>> = {
  WinHttpGetIEProxyConfigForCurrentUser: 'bool WinHttpGetIEProxyConfigForCurrentUser(void* config)',
  WinHttpGetDefaultProxyConfiguration: 'bool WinHttpGetDefaultProxyConfiguration(void* info)',
};
const MEMORY: Readonly<Record<keyof Memory, string>> = {
  lstrlenW: 'int lstrlenW(uintptr_t text)',
  GlobalFree: 'uintptr_t GlobalFree(uintptr_t memory)',
};

/** WINHTTP_ACCESS_TYPE_NAMED_PROXY */
const NAMED_PROXY = 3;

/**
 * What this user has set (Internet Settings, which browsers go by), then what the machine has (`netsh winhttp`). The calls read
 * settings and ask nobody on the network.
 */
export function systemProxies(win32: Pick<Win32, 'bind' | 'read'>): SystemProxy[] {
  const winhttp = win32.bind<WinHttp>('winhttp.dll', WINHTTP);
  const memory = win32.bind<Memory>('kernel32.dll', MEMORY);
  /** The text at the end of a pointer, which is ours to free. */
  const take = (structure: Buffer, at: number): string | null => {
    const address = structure.readBigUInt64LE(at);
    if (address === 0n) return null;
    const text = win32.read(address, memory.lstrlenW(address) * 2).toString('utf16le');
    memory.GlobalFree(address);
    return text === '' ? null : text;
  };
  const found: SystemProxy[] = [];
  const user = Buffer.alloc(32);
  if (winhttp.WinHttpGetIEProxyConfigForCurrentUser(user)) {
    const [pac, proxy, bypass] = [take(user, 8), take(user, 16), take(user, 24)];
    found.push({ source: 'internet settings', proxy, bypass, pac });
  }
  const machine = Buffer.alloc(24);
  if (winhttp.WinHttpGetDefaultProxyConfiguration(machine)) {
    const [proxy, bypass] = [take(machine, 8), take(machine, 16)];
    const isNamed = machine.readUInt32LE(0) === NAMED_PROXY;
    found.push({ source: 'winhttp', proxy: isNamed ? proxy : null, bypass, pac: null });
  }
  return found.filter(({ proxy, pac }) => proxy !== null || pac !== null);
}

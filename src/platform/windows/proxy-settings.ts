import type { SystemProxy } from '../system-network.ts';
import type { Win32 } from '../win32.ts';

interface WinHttp {
  WinHttpGetIEProxyConfigForCurrentUser(config: Buffer): boolean;
  WinHttpGetDefaultProxyConfiguration(info: Buffer): boolean;
}

interface Registry {
  RegGetValueW(
    key: number,
    subkey: string,
    name: string,
    flags: number,
    type: null,
    data: Buffer | null,
    size: Buffer,
  ): number;
}

interface Memory {
  lstrlenW(text: bigint): number;
  GlobalFree(memory: bigint): bigint;
}

const WINHTTP: Readonly<Record<keyof WinHttp, string>> = {
  WinHttpGetIEProxyConfigForCurrentUser: 'bool WinHttpGetIEProxyConfigForCurrentUser(void* config)',
  WinHttpGetDefaultProxyConfiguration: 'bool WinHttpGetDefaultProxyConfiguration(void* info)',
};
const REGISTRY: Readonly<Record<keyof Registry, string>> = {
  RegGetValueW:
    'int RegGetValueW(intptr_t key, str16 subkey, str16 name, uint32 flags, void* type, void* data, void* size)',
};
const MEMORY: Readonly<Record<keyof Memory, string>> = {
  lstrlenW: 'int lstrlenW(uintptr_t text)',
  GlobalFree: 'uintptr_t GlobalFree(uintptr_t memory)',
};

/** WINHTTP_ACCESS_TYPE_NAMED_PROXY */
const NAMED_PROXY = 3;
/** HKEY_CURRENT_USER, of which 64-bit Windows extends the sign. */
const CURRENT_USER = 0x80000001 | 0;
const INTERNET_SETTINGS = 'Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings';
/** RRF_RT_REG_SZ and RRF_RT_REG_DWORD */
const TEXT = 0x2;
const NUMBER = 0x10;

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
  if (!found.some(saysSomething)) found.push(registryProxy(win32));
  const machine = Buffer.alloc(24);
  if (winhttp.WinHttpGetDefaultProxyConfiguration(machine)) {
    const [proxy, bypass] = [take(machine, 8), take(machine, 16)];
    const isNamed = machine.readUInt32LE(0) === NAMED_PROXY;
    found.push({ source: 'winhttp', proxy: isNamed ? proxy : null, bypass, pac: null });
  }
  return found.filter(saysSomething);
}

const saysSomething = ({ proxy, pac }: SystemProxy): boolean => proxy !== null || pac !== null;

/** Where policies and scripts write them, which the call does not always know of. */
function registryProxy(win32: Pick<Win32, 'bind'>): SystemProxy {
  const registry = win32.bind<Registry>('advapi32.dll', REGISTRY);
  const value = (name: string, type: number): Buffer | null => {
    const read = (data: Buffer | null, size: Buffer) =>
      registry.RegGetValueW(CURRENT_USER, INTERNET_SETTINGS, name, type, null, data, size) === 0;
    const size = Buffer.alloc(4);
    if (!read(null, size)) return null;
    const data = Buffer.alloc(size.readUInt32LE());
    return read(data, size) ? data : null;
  };
  const text = (name: string) => value(name, TEXT)?.toString('utf16le').split('\0', 1)[0] || null;
  const isEnabled = (value('ProxyEnable', NUMBER)?.readUInt32LE() ?? 0) !== 0;
  return {
    source: 'internet settings',
    proxy: isEnabled ? text('ProxyServer') : null,
    bypass: text('ProxyOverride'),
    pac: text('AutoConfigURL'),
  };
}

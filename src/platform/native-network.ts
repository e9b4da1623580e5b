import { noSystemNetwork, type SystemNetwork } from './system-network.ts';
import { openWin32 } from './win32.ts';
import { systemCertificates } from './windows/certificates.ts';
import { systemProxies } from './windows/proxy-settings.ts';
import { tcpTable } from './windows/tcp-table.ts';
import { startWinsock } from './windows/winsock.ts';

/** Windows' own range; one that an administrator has changed is told by `netsh` alone. */
const WINDOWS_PORTS = [49_152, 65_535] as const;

/** What this system tells of its network; the door to Windows is opened by the first who asks. */
export function openNetwork(): SystemNetwork {
  const { win32 } = openWin32();
  if (win32 === null) return noSystemNetwork;
  return {
    startWinsock: () => startWinsock(win32),
    systemProxies: () => systemProxies(win32),
    systemCertificates: () => systemCertificates(win32),
    tcpTable: () => tcpTable(win32),
    ephemeralPorts: () => WINDOWS_PORTS,
  };
}

import type { RawHandle, Win32 } from '../win32.ts';

interface Crypt32 {
  CertOpenSystemStoreW(provider: null, name: string): RawHandle;
  CertEnumCertificatesInStore(store: RawHandle, previous: bigint): bigint;
  CertFreeCertificateContext(certificate: bigint): boolean;
  CertGetEnhancedKeyUsage(certificate: bigint, flags: number, usage: Buffer | null, size: Buffer): boolean;
  CertCloseStore(store: RawHandle, flags: number): boolean;
}

const PROTOTYPES: Readonly<Record<keyof Crypt32, string>> = {
  CertOpenSystemStoreW: 'intptr_t CertOpenSystemStoreW(void* provider, str16 name)',
  CertEnumCertificatesInStore: 'uintptr_t CertEnumCertificatesInStore(intptr_t store, uintptr_t previous)',
  CertFreeCertificateContext: 'bool CertFreeCertificateContext(uintptr_t certificate)',
  CertGetEnhancedKeyUsage: 'bool CertGetEnhancedKeyUsage(uintptr_t certificate, uint32 flags, void* usage, void* size)',
  CertCloseStore: 'bool CertCloseStore(intptr_t store, uint32 flags)',
};

interface LastError {
  GetLastError(): number;
}

/** CRYPT_E_NOT_FOUND: there is no list of purposes. */
const NO_LIST = 0x80092004;

/** The structure in front of a certificate, as far as it is read: encoding, address, length. */
const CONTEXT_BYTES = 24;
const FOR_SERVERS = '1.3.6.1.5.5.7.3.1\0';

/**
 * The authorities that this user and machine trust for servers, in DER. Windows' store has others, for signing programs, say: to
 * trust those for a connection would be more than Windows does.
 */
export function systemCertificates(win32: Pick<Win32, 'bind' | 'read'>): Buffer[] {
  const crypt32 = win32.bind<Crypt32>('crypt32.dll', PROTOTYPES);
  const kernel32 = win32.bind<LastError>('kernel32.dll', { GetLastError: 'uint32 GetLastError()' });
  const store = crypt32.CertOpenSystemStoreW(null, 'ROOT');
  if (!store) return [];
  const found: Buffer[] = [];
  let certificate = 0n;
  try {
    for (;;) {
      // Gives the one before back, also at the end.
      certificate = BigInt(crypt32.CertEnumCertificatesInStore(store, certificate));
      if (certificate === 0n) return found;
      if (!isForServers(crypt32, kernel32, certificate)) continue;
      const context = win32.read(certificate, CONTEXT_BYTES);
      found.push(win32.read(context.readBigUInt64LE(8), context.readUInt32LE(16)));
    }
  } finally {
    if (certificate !== 0n) crypt32.CertFreeCertificateContext(certificate);
    crypt32.CertCloseStore(store, 0);
  }
}

/** One without a list of purposes is for all of them; one with an empty list was disabled. */
function isForServers(crypt32: Crypt32, kernel32: LastError, certificate: bigint): boolean {
  const size = Buffer.alloc(4);
  if (!crypt32.CertGetEnhancedKeyUsage(certificate, 0, null, size)) return kernel32.GetLastError() === NO_LIST;
  const usage = Buffer.alloc(size.readUInt32LE());
  if (!crypt32.CertGetEnhancedKeyUsage(certificate, 0, usage, size)) return false;
  const lastError = kernel32.GetLastError();
  return usage.readUInt32LE(0) === 0 ? lastError === NO_LIST : usage.includes(FOR_SERVERS, 0, 'latin1');
}

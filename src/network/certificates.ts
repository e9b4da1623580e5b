import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import type { Os } from '../platform/platform.ts';
import type { SystemNetwork } from '../platform/system-network.ts';
import { readVariable, type Variables } from '../platform/variables.ts';

type Environment = Readonly<Record<string, string>>;

/** Files with the authorities that the system trusts beyond those that come with Node. */
export interface CertificateFiles {
  /** Those alone: Node adds them to its own. */
  readonly extra: string;
  /** Those and Mozilla's: for programs that take a file instead of what they have. */
  readonly bundle: string;
  readonly count: number;
}

/** Where administrators put authorities by hand, and nothing else is (Debian, Fedora, Arch, SUSE). */
const LINUX_FOLDERS = [
  '/usr/local/share/ca-certificates',
  '/etc/pki/ca-trust/source/anchors',
  '/etc/ca-certificates/trust-source/anchors',
  '/etc/pki/trust/anchors',
];

/** These replace what the program has by itself. */
const REPLACING = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_CERT'];
/** uv by its new name and its old one, Deno: they read the system's store themselves. */
const SWITCHES = { UV_SYSTEM_CERTS: 'true', UV_NATIVE_TLS: 'true', DENO_TLS_CA_STORE: 'system,mozilla' };

/**
 * The authorities that somebody added to this system, as PEM, such as that of a company's proxy; null where it cannot be told.
 * On Windows and macOS the whole store is compared with Mozilla's list. On Linux only the folders for one's own are read: the
 * distribution's store is Mozilla's list in another version, and takes a tenth of a second.
 */
export function addedAuthorities(os: Os, system: Pick<SystemNetwork, 'systemCertificates'>): string[] | null {
  const all = os === 'linux' ? fromFolders(LINUX_FOLDERS) : (system.systemCertificates()?.map(toPem) ?? fromNode());
  return all === null ? null : beyond(all, tls.rootCertificates);
}

/** PEM certificates of authorities, each once, that the other list has not. What is no authority, or is over, is left out. */
export function beyond(all: readonly string[], known: readonly string[], now = Date.now()): string[] {
  const keys = new Set(known.map(bodyOf));
  return all.filter(pem => {
    const key = bodyOf(pem);
    if (keys.has(key)) return false;
    keys.add(key);
    return isAuthority(pem, now);
  });
}

/** Writes them into the folder, for this user alone, unless they stand there already. Null where there is nothing to write. */
export function writeCertificates(folder: string, added: readonly string[]): CertificateFiles | null {
  if (added.length === 0) return null;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, certificates: readonly string[]): string => {
    const text = `${certificates.map(pem => pem.trim()).join('\n')}\n`;
    // A server that runs keeps its file whatever comes after: the name says what is in it.
    const file = join(folder, `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.pem`);
    if (textOf(file) === text) return file;
    const draft = `${file}.${randomUUID()}`;
    try {
      writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
      renameSync(draft, file);
    } finally {
      rmSync(draft, { force: true });
    }
    return file;
  };
  return {
    extra: write('extra', added),
    bundle: write('bundle', [...tls.rootCertificates, ...added]),
    count: added.length,
  };
}

/** The environment with the files for whoever names none. */
export function withCertificates(os: Os, env: Environment, files: CertificateFiles): Environment {
  const wanted: Record<string, string> = {
    NODE_EXTRA_CA_CERTS: files.extra,
    ...Object.fromEntries(REPLACING.map(name => [name, files.bundle])),
    ...SWITCHES,
  };
  // A folder of one's own is meant to be looked into; the file would come first.
  if (readVariable(os, env, 'SSL_CERT_DIR')) delete wanted.SSL_CERT_FILE;
  const absent = Object.entries(wanted).filter(([name]) => !readVariable(os, env, name));
  return { ...env, ...Object.fromEntries(absent) };
}

/** Whether somebody has switched the checking of certificates off altogether. */
export function trustsEverybody(os: Os, env: Variables): boolean {
  return readVariable(os, env, 'NODE_TLS_REJECT_UNAUTHORIZED') === '0';
}

function fromNode(): string[] | null {
  // Since Node 22.15.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'system') => string[] };
  return getCACertificates?.('system') ?? null;
}

/** All certificates in the files of these folders; one that is not there has none. */
export function fromFolders(folders: readonly string[]): string[] {
  const files = folders.flatMap(folder => namesIn(folder).map(name => join(folder, name)));
  return files
    .filter(file => /\.(?:crt|pem|cer)$/i.test(file))
    .flatMap(file => textOf(file)?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []);
}

function namesIn(folder: string): string[] {
  return unlessUnreadable(() => readdirSync(folder, { recursive: true, encoding: 'utf8' })) ?? [];
}

function textOf(file: string): string | null {
  return unlessUnreadable(() => readFileSync(file, 'utf8'));
}

/** What is not there, or not for us to read, is as good as empty. */
function unlessUnreadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EISDIR') return null;
    throw error;
  }
}

function isAuthority(pem: string, now: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.ca && Date.parse(certificate.validTo) > now;
  } catch {
    // A broken one would keep Node from reading those behind it.
    return false;
  }
}

function bodyOf(pem: string): string {
  return pem.replace(/-----[^-]+-----|\s/g, '');
}

export function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
}

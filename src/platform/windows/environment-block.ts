/**
 * What libuv gives every child on Windows that does not have it. Without SystemRoot, Winsock fails in the child with 10106; without
 * the others, programs do not find the user's folders.
 */
const REQUIRED = [
  'HOMEDRIVE',
  'HOMEPATH',
  'LOGONSERVER',
  'PATH',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'USERDOMAIN',
  'USERNAME',
  'USERPROFILE',
  'WINDIR',
];

/**
 * An environment as `CreateProcessW` takes it: `NAME=value` in UTF-16, each ended by NUL, sorted without regard to case, one more
 * NUL at the end. Of names that differ only in case the last one counts.
 *
 * @param own where the variables come from that every child needs
 */
export function environmentBlock(
  env: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string | undefined>>,
): Buffer {
  const entries = new Map(Object.entries(env).map(([name, value]) => [name.toUpperCase(), `${name}=${value}`]));
  for (const [name, value] of Object.entries(own)) {
    const key = name.toUpperCase();
    if (value !== undefined && REQUIRED.includes(key) && !entries.has(key)) entries.set(key, `${name}=${value}`);
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, line]) => line);
  return Buffer.from(`${sorted.join('\0')}\0\0`, 'utf16le');
}

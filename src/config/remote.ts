import type { output } from 'zod';
import { isObject } from './is-object.ts';
import type { Report } from './report.ts';
import type { serverSchema } from './schema.ts';
import { formatPath, type KeyPath } from './source.ts';
import type { RemoteServer } from './types.ts';

/** Replaces the variables in the text at a key of the entry; what has no value fails the server alone. */
export type Expand = (text: string, ...key: KeyPath) => string;

/** Options that are about a process, which a remote server has none of. */
const OF_PROCESSES = [
  ['inheritEnv'],
  ['priority'],
  ['launch'],
  ['limits', 'memoryMb'],
  ['limits', 'processes'],
  ['limits', 'cpuPercent'],
  ['network'],
];

/** The parts of an entry that say where a remote server is, or null where the report says what is wrong with it. */
export function readRemote(
  raw: Readonly<Record<string, unknown>>,
  entry: output<typeof serverSchema>,
  path: KeyPath,
  value: Expand,
  problems: string[],
  report: Report,
): Pick<RemoteServer, 'kind' | 'url' | 'shown' | 'headers' | 'transport'> | null {
  // What Windsurf and Gemini CLI call it.
  const key = ['url', 'serverUrl', 'httpUrl'].find(name => raw[name] !== undefined) ?? 'url';
  const written = raw[key];
  if (typeof written !== 'string') {
    // That there is neither a program nor an address has been told.
    if (written !== undefined || entry.command !== undefined)
      report.error(
        [...path, ...(written === undefined ? [] : [key])],
        'expected "url", the address of a remote server',
      );
    return null;
  }
  const headers = Object.entries(entry.headers ?? {}).map(([name, text]) => {
    checkHeader(name, text, [...path, 'headers', name], report);
    // A variable that was read from a file often ends with its newline.
    const expanded = value(text, 'headers', name).trim();
    if (!isHeaderValue(expanded) && isHeaderValue(text)) {
      problems.push(`what a variable holds cannot be sent in a header (${formatPath([...path, 'headers', name])})`);
    }
    return [name, expanded] as const;
  });
  const server = {
    kind: 'remote' as const,
    url: value(written, key),
    shown: withoutSecrets(written),
    headers: Object.fromEntries(headers),
    transport: transportOf(entry.type),
  };
  checkAddress(written, server, [...path, key], report);
  for (const option of OF_PROCESSES.filter(keys => isSet(raw.holdfast, keys))) {
    const name = option.join('.');
    report.warn([...path, 'holdfast', ...option], `"${name}" has no effect on a remote server: it has no process here`);
  }
  return server;
}

function transportOf(type = ''): RemoteServer['transport'] {
  const lower = type.toLowerCase();
  return lower === 'sse' || lower === 'ws' ? lower : 'http';
}

function checkHeader(name: string, value: string, path: KeyPath, report: Report): void {
  if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) report.error(path, 'expected the name of an HTTP header', 'key');
  else if (!isHeaderValue(value)) report.error(path, 'expected a value that an HTTP header can have');
}

const isHeaderValue = (value: string): boolean => !/[^\t\x20-\x7e\x80-\xff]/.test(value);

/** What a variable puts into it is seen when it is used. */
function checkAddress(
  written: string,
  { url, headers }: Pick<RemoteServer, 'url' | 'headers'>,
  path: KeyPath,
  report: Report,
): void {
  const address = parseAddress(url);
  if (address === null) {
    if (!written.includes('${')) report.error(path, 'expected an address that begins with http:// or https://');
    return;
  }
  const isHere = /^(localhost|127\.[\d.]+|\[::1\])$/.test(address.hostname);
  if (address.protocol === 'http:' && !isHere && Object.keys(headers).length > 0) {
    report.warn(path, 'the headers go to another machine unencrypted: use https', 'value');
  }
}

/** Null for what is no address of a web server. */
export function parseAddress(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '' ? url : null;
}

/** Not parsed: it may still have variables in it, and as they are written they tell no value. */
function withoutSecrets(written: string): string {
  return written.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}

function isSet(options: unknown, [key, ...inner]: readonly string[]): boolean {
  if (key === undefined) return options !== undefined;
  return isObject(options) && isSet(options[key], inner);
}

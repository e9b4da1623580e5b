import { isObject } from '../is-object.ts';
import { parseAddress } from '../remote.ts';
import { type Entry, refused, type TakenOver } from './client.ts';

type Raw = Readonly<Record<string, unknown>>;

/** What we have under the same name, or under one of our own. */
const TAKEN = ['command', 'args', 'env', 'envFile', 'cwd', 'url', 'headers', 'disabled', 'enabled', 'holdfast'];
/** Nothing is lost without these. */
const IDLE = ['type', 'name', 'title', 'description', 'version', 'icon', 'gallery', 'transport', 'transportType'];
const ADDRESSES = ['url', 'serverUrl', 'httpUrl'];

/** Reads an entry of a client that writes JSON; its variables and folders are as they stand there. */
export function fromJson(name: string, raw: unknown): TakenOver {
  if (!isObject(raw)) return refused('it is no object');
  if (raw.sandboxEnabled === true) return refused('its client runs it in a sandbox, which would be lost');
  const address = raw.command === undefined ? ADDRESSES.find(key => typeof raw[key] === 'string') : undefined;
  if (raw.command === undefined && address === undefined) return refused('it has no "command" and no "url"');
  const url = address === undefined ? undefined : String(raw[address]);
  const why = url === undefined ? null : remoteRefusal(name, url, raw);
  if (why !== null) return refused(why);
  const isOff = raw.disabled === true || raw.enabled === false;
  const keys = address === undefined ? ['command', 'args', 'env', 'envFile', 'cwd'] : ['headers'];
  const entry: Entry = {
    ...pick(raw, keys),
    ...(url === undefined ? {} : { url }),
    ...(isOff ? { disabled: true } : {}),
    ...pick(raw, ['holdfast']),
  };
  const left = Object.keys(raw).filter(key => ![...TAKEN, ...IDLE, ...ADDRESSES].includes(key) && !/^[_$]/.test(key));
  return { entry, reason: null, needs: [], notes: left.length === 0 ? [] : [leftBehind(left)] };
}

export const leftBehind = (keys: readonly string[]): string => `without ${keys.join(', ')}: known to its client alone`;

/** Why a remote server would not work here; null where nothing speaks against it. */
export function remoteRefusal(name: string, url: string, raw: Raw): string | null {
  const type = typeof raw.type === 'string' ? raw.type.toLowerCase() : '';
  if (type === 'sse' || type === 'ws') return `its transport "${type}" is not supported: use Streamable HTTP`;
  if (raw.headersHelper !== undefined) return 'its headers come from a program of its client';
  if (raw.oauth !== undefined || raw.auth !== undefined)
    return 'its client signs in with OAuth, which cannot be handed on';
  const hasToken = isObject(raw.headers) && Object.keys(raw.headers).length > 0;
  return hasToken || isOpen(url)
    ? null
    : `it has no token, so that its client may have signed in; if it needs none: holdfast add ${quoted(name)} --url ${url}`;
}

const quoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name));

/** On this machine, or with its key in the address. */
function isOpen(url: string): boolean {
  const address = parseAddress(url);
  if (address === null) return url.includes('${');
  const { hostname, search, username } = address;
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname) || search !== '' || username !== '';
}

function pick(raw: Raw, keys: readonly string[]): Raw {
  const isEmpty = (value: unknown): boolean => value == null || (isObject(value) && Object.keys(value).length === 0);
  return Object.fromEntries(keys.flatMap(key => (isEmpty(raw[key]) ? [] : [[key, raw[key]]])));
}

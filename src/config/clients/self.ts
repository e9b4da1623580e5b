import { isObject } from '../is-object.ts';
import { parseAddress } from '../remote.ts';

/** Whether an entry of a client leads to Holdfast's own gateway: by its command, or by the address of its endpoint. */
export function isSelf(
  raw: unknown,
  { main, ports }: { readonly main: string; readonly ports: readonly number[] },
): boolean {
  if (!isObject(raw)) return false;
  const args: readonly unknown[] = Array.isArray(raw.args) ? raw.args : [];
  const words = [raw.command, ...args].filter(word => typeof word === 'string');
  const at = words.findIndex(word => word === main || isOurName(word));
  if (at >= 0) return words.slice(at + 1).includes('connect');
  // One that was moved or removed since `--rewire` wrote it.
  const isOurForm = words[2] === '--config' && words.at(-1) === 'connect';
  if (isOurForm && /[\\/]cli[\\/]main\.[jt]s$/.test(words[1] ?? '')) return true;
  const address = typeof raw.url === 'string' ? parseAddress(raw.url) : null;
  if (address === null || !/^(localhost|127\.[\d.]+|\[::1\])$/.test(address.hostname)) return false;
  return ports.includes(Number(address.port)) && /^\/(mcp|servers\/[^/]+\/mcp)$/.test(address.pathname);
}

const isOurName = (word: string): boolean =>
  /(^|[\\/])holdfast(@[\w.-]+|\.cmd|\.exe|\.ps1)?$|[\\/]holdfast[\\/]dist[\\/]cli[\\/]main\.js$/.test(word);

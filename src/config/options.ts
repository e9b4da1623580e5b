import { isObject } from './is-object.ts';
import type { Report } from './report.ts';
import { networkSchema, serverOptionsSchema } from './schema.ts';
import type { KeyPath } from './source.ts';
import type { ServerOptions } from './types.ts';

/**
 * The options of one server: its own, over the file's defaults, over the built-in ones. Both are as they stand in the
 * file, checked before; what is wrong in them is left to that check, and `undefined` comes back.
 */
export function resolveOptions(own: unknown, defaults: unknown): ServerOptions | undefined {
  const result = serverOptionsSchema.safeParse(merge(defaults, own));
  return result.success ? result.data : undefined;
}

/** `holdfast.defaults` as it stands in the file, over what the top-level `network` sets for all servers. */
export function defaultsOf(holdfast: unknown): unknown {
  if (!isObject(holdfast) || !isObject(holdfast.network)) return isObject(holdfast) ? holdfast.defaults : undefined;
  const { network } = holdfast;
  const keys = Object.keys(networkSchema.unwrap().shape);
  const shared = Object.fromEntries(keys.filter(key => network[key] !== undefined).map(key => [key, network[key]]));
  return merge({ network: shared }, holdfast.defaults);
}

/** Mistakes that lie in two options together. */
export function checkTogether(own: unknown, defaults: unknown, path: KeyPath, report: Report): void {
  const restart = isObject(own) && isObject(own.restart) ? own.restart : {};
  const options = resolveOptions(own, defaults);
  if (options === undefined) return;
  const { minMs, maxMs } = options.restart;
  if (minMs <= maxMs) return;
  if (restart.maxMs !== undefined) {
    report.error([...path, 'restart', 'maxMs'], `expected at least restart.minMs (${minMs}), got ${maxMs}`);
  } else if (restart.minMs !== undefined) {
    report.error([...path, 'restart', 'minMs'], `expected at most restart.maxMs (${maxMs}), got ${minMs}`);
  }
}

/** Sections are merged key by key; everything else is replaced as a whole. */
function merge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under ?? {};
  if (!isObject(under) || !isObject(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries(
    [...keys].map(key => [key, over[key] === undefined ? under[key] : merge(under[key], over[key])]),
  );
}

import type { HoldfastError } from '../errors/holdfast-error.ts';
import type { ListKind } from '../session/catalogue.ts';
import type { Client, RequestOptions } from './client.ts';

/** An item of a list, with the server that it belongs to, and otherwise as the server gave it. */
export type Listed = Readonly<Record<string, unknown>> & { readonly server: string };

/**
 * The items of several servers, in the order of the servers. One that cannot answer is left out, unless none can: then the first
 * reason is thrown, since an empty list would be a lie.
 */
export async function listAll(
  clients: ReadonlyMap<string, Client>,
  kind: ListKind,
  options: RequestOptions | undefined,
): Promise<Listed[]> {
  const results = await Promise.allSettled(
    [...clients].map(async ([server, client]) => (await client.list(kind, options)).map(item => ({ ...item, server }))),
  );
  const failed = results.filter(result => result.status === 'rejected');
  if (failed.length > 0 && failed.length === results.length) throw failed[0]?.reason as HoldfastError;
  return results.flatMap(result => (result.status === 'fulfilled' ? result.value : []));
}

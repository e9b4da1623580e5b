import { type RequestOptions, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** What takes so long has no time for anybody: the answer is made at once, and costs nothing. */
export const KNOCK_MS = 5_000;

/**
 * Asks a manager whether it is there, before anything that may take its time: one that is stopped (Ctrl-Z) still takes connections. Any
 * answer will do. `pid` is null where only the address is known.
 *
 * @throws HoldfastError CONNECTION_MANAGER_SILENT where none comes within `ms` · Error of the connection
 */
export function knock(where: RequestOptions, pid: number | null, ms = KNOCK_MS, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const ask = where.protocol === 'https:' ? requestSecurely : request;
    const asked = ask({ ...where, path: '/livez', agent: false, ...(signal === undefined ? {} : { signal }) });
    const silent = new HoldfastError('CONNECTION_MANAGER_SILENT', { details: { pid: pid ?? undefined } });
    const timer = setTimeout(() => asked.destroy(silent), ms);
    asked.once('response', response => {
      response.resume();
      resolve();
    });
    asked.on('error', reject);
    asked.once('close', () => clearTimeout(timer));
    asked.end();
  });
}

import { isObject } from '../config/is-object.ts';
import type { ClientProfile } from './attachment.ts';

/** A key under which clients meet that may share a process: equal in what they can and in what they work on. */
export function keyOf({ capabilities, roots, clientInfo }: ClientProfile, isPerClient: boolean): string {
  const works = roots === null ? null : (JSON.parse(roots) as unknown);
  return canonical(isPerClient ? [capabilities, works, clientInfo] : [capabilities, works]);
}

/** Whether a server may offer the one client more than the other, and all that is to be known of it has been told. */
export function canMore({ capabilities, roots }: ClientProfile, other: ClientProfile): boolean {
  const isTold = capabilities.roots === undefined || roots !== null;
  return isTold && Object.keys(capabilities).some(name => other.capabilities[name] === undefined);
}

/** A profile that was kept on disk, as far as it is one. */
export function profileOf(kept: Readonly<Record<string, unknown>> | null): ClientProfile | null {
  if (kept === null || !isObject(kept.capabilities) || !isObject(kept.clientInfo)) return null;
  const { name, version } = kept.clientInfo;
  if (typeof name !== 'string' || typeof version !== 'string') return null;
  if (kept.roots !== null && !(typeof kept.roots === 'string' && isJson(kept.roots))) return null;
  return { capabilities: kept.capabilities, roots: kept.roots, clientInfo: { ...kept.clientInfo, name, version } };
}

/** JSON with the members of every object in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

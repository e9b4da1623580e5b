import { secretsOf } from '../config/secrets.ts';
import { redactSecrets } from '../errors/redact.ts';
import { redactDeep, WORDS } from '../errors/redact-deep.ts';
import type { Manager } from '../manager.ts';

/** That of a server has been cleaned by the manager; the endpoint's has nothing to hide, and programs go there. */
const KEPT: ReadonlySet<string> = new Set([...WORDS, 'url']);

/**
 * Makes what a manager tells fit to be seen: the secrets of its servers (those of earlier configurations too) and of its endpoint are
 * taken out of every text.
 */
export function redactorFor(manager: Pick<Manager, 'config' | 'endpoint'>): <T>(value: T) => T {
  const secrets = new Set<string>();
  let config: Manager['config'] | null = null;
  let redact = redactSecrets([]);
  return value => {
    const token = manager.endpoint?.token ?? '';
    if (manager.config !== config || !secrets.has(token)) {
      config = manager.config;
      for (const secret of [...config.servers.flatMap(secretsOf), token]) secrets.add(secret);
      redact = redactSecrets([...secrets]);
    }
    return redactDeep(value, redact, KEPT);
  };
}

import { Redactor } from '../config/redactor.ts';
import { redactDeep, WORDS } from '../errors/redact-deep.ts';
import type { Manager } from '../manager.ts';

/** That of a server has been cleaned by the manager; the endpoint's has nothing to hide, and programs go there. */
const KEPT: ReadonlySet<string> = new Set([...WORDS, 'url']);

/**
 * Makes what a manager tells fit to be seen: the secrets of its servers (those of earlier configurations too) and of its endpoint are
 * taken out of every text.
 */
export function redactorFor(manager: Pick<Manager, 'config' | 'endpoint'>): <T>(value: T) => T {
  let { config } = manager;
  let token = '';
  const redactor = new Redactor(config);
  return value => {
    const now = manager.endpoint?.token ?? '';
    if (manager.config !== config) redactor.add(manager.config);
    if (now !== token) redactor.hide([now]);
    config = manager.config;
    token = now;
    return redactDeep(value, redactor.redact, KEPT);
  };
}

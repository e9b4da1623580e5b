import { Redactor } from '../config/redactor.ts';
import { redactDeep } from '../errors/redact-deep.ts';
import type { Manager } from '../manager.ts';

/** What programs compare, of status, events and errors; everything else may hold words of a server, or of its surroundings. */
const KEPT: ReadonlySet<string> = new Set(
  (
    'type server name desired state health status verdict from to stream outcome code cause category kind level launch method tool ' +
    'signal protocolVersion container client path version at since lastMessageAt nextTryAt config stateDir token url control'
  ).split(' '),
);

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
    if (manager.config !== config || now !== token) redactor.add(manager.config, [now]);
    config = manager.config;
    token = now;
    return redactDeep(value, redactor.redact, KEPT);
  };
}

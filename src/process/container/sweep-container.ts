import { existsSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { callEngine, isObeyed } from './engine.ts';
import { dropCid, type KeptContainer, LIFE_LABEL } from './kept-container.ts';

/**
 * Removes the container that a manager which is dead has left of one life; resolves with the ids of what was there. One that has
 * ended and was not to be removed then is left where it is.
 *
 * @throws Error where the engine cannot be asked, or does not do as told
 */
export async function sweepContainer(kept: KeptContainer, clock: Clock): Promise<string[]> {
  const { engine, life, isRemoved } = kept;
  // Whoever has taken the engine away has taken its containers away, too; nobody is left to ask.
  const ids = existsSync(engine.file) ? await findAll() : [];
  for (const id of ids) {
    const removed = await callEngine(engine, ['rm', '-f', id], clock);
    if (!isObeyed(removed)) throw new Error(`the container ${id} could not be removed: ${removed.text}`);
  }
  dropCid(kept);
  return ids;

  async function findAll(): Promise<string[]> {
    const which = isRemoved ? '-aq' : '-q';
    const found = await callEngine(
      engine,
      ['ps', which, '--no-trunc', '--filter', `label=${LIFE_LABEL}=${life}`],
      clock,
    );
    if (!found.isDone) throw new Error(`${engine.file} could not be asked: ${found.text}`);
    return found.text.split('\n').filter(line => /^[0-9a-f]{12,64}$/.test(line));
  }
}

import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import type { Config } from '../../config/types.ts';
import { UsageError } from '../usage-error.ts';

/** What an operating system is to run, whichever it is. */
export interface Service {
  /** `holdfast-work-3fa9c1d2`: told apart by the state folder, and by a word that people know. */
  readonly name: string;
  /** The word: the folder of the configuration. */
  readonly what: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Where servers' commands are found; null where the system has it anyway. No other variable is handed on: it might be a secret. */
  readonly path: string | null;
  /** How long a stop may take before the system loses patience. */
  readonly stopSeconds: number;
}

export interface ServiceFacts {
  readonly configFile: string;
  readonly stateDir: string;
  readonly config: Pick<Config, 'servers'>;
  readonly node: string;
  readonly main: string;
  readonly path: string | null;
}

const LONGEST_WORD = 32;
/** What the manager itself takes, at most: to verify that each tree is gone, and to end what is left. */
const OWN_MS = 10_000;
const LEAST_SECONDS = 30;

/** @throws UsageError for a path that no file of a service could name */
export function serviceOf({ configFile, stateDir, config, node, main, path }: ServiceFacts): Service {
  refuseControls([configFile, stateDir, node, main, path ?? '']);
  const hash = createHash('sha256').update(stateDir).digest('hex').slice(0, 8);
  const what = basename(dirname(configFile));
  const word = what
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_WORD);
  return {
    name: ['holdfast', ...(word === '' || word === 'holdfast' ? [] : [word]), hash].join('-'),
    what: word === '' ? 'MCP servers' : word,
    program: node,
    args: [main, 'up', '--config', configFile, '--state-dir', stateDir],
    path,
    stopSeconds: stopSeconds(config),
  };
}

/** @throws UsageError for what would be more than one word or line wherever it is written */
export function refuseControls(texts: readonly string[]): void {
  for (const text of texts) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
    if (!/[\u0000-\u001f\u007f]/.test(text)) continue;
    const said = JSON.stringify(text);
    throw new UsageError(`no service can be told of ${said}`, 'name its folder without line breaks and their like');
  }
}

/** Servers that others depend on end after those: at worst one after the other. */
function stopSeconds({ servers }: ServiceFacts['config']): number {
  const patience = servers.reduce((sum, { options: { stop } }) => sum + stop.drainMs + stop.graceMs, OWN_MS);
  return Math.max(LEAST_SECONDS, Math.ceil(patience / 1_000));
}

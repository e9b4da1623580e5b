import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchPlan } from '../launch-plan.ts';
import { type Engine, engineEnvironment } from './engine.ts';

/** What must be known to end the container of one life, also by somebody else. */
export interface KeptContainer {
  /** What the containers of its manager have in common. */
  readonly mark: string;
  /** Its own. */
  readonly life: string;
  readonly engine: Engine;
  /** Where the engine's program writes the container's id once there is one; null where nothing can be written for us. */
  readonly cidFile: string | null;
  /** Whether that file is ours to remove. */
  readonly isOwnFile: boolean;
  /** Whether the engine was asked to remove the container after its end. */
  readonly isRemoved: boolean;
}

export const LIFE_LABEL = 'holdfast.life';
const MANAGER_LABEL = 'holdfast.manager';

/** For the container of a plan, if it starts one. @throws Error of the system where there can be no folder for its id */
export function keepContainer(
  plan: LaunchPlan,
  { mark, life }: Pick<KeptContainer, 'mark' | 'life'>,
  stateDir: string | null,
): KeptContainer | null {
  if (plan.container === undefined) return null;
  const { globals, cidFile, takesCidFile, isRemoved } = plan.container;
  const { file, args, env, cwd } = plan;
  const engine = { file, options: args.slice(0, globals), env: engineEnvironment(env), cwd };
  const kept = { mark, life, engine, isRemoved };
  if (!takesCidFile || stateDir === null) return { ...kept, cidFile, isOwnFile: false };
  const folder = join(stateDir, 'containers');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { ...kept, cidFile: join(folder, `${life}.cid`), isOwnFile: true };
}

/** The plan with what marks the container of one life. */
export function markContainer(plan: LaunchPlan, kept: KeptContainer | null): LaunchPlan {
  if (kept === null || plan.container === undefined) return plan;
  const { optionsAt } = plan.container;
  const { mark, life, cidFile, isOwnFile } = kept;
  const file = isOwnFile && cidFile !== null ? ['--cidfile', cidFile] : [];
  const added = [...file, '--label', `${MANAGER_LABEL}=${mark}`, '--label', `${LIFE_LABEL}=${life}`];
  return { ...plan, args: [...plan.args.slice(0, optionsAt), ...added, ...plan.args.slice(optionsAt)] };
}

/** The id that was written; null while there is none, and for a file that holds anything else. */
export function readCid(file: string | null): string | null {
  const text = file === null ? null : readIfThere(file);
  return text !== null && /^[0-9a-f]{12,64}$/.test(text.trim()) ? text.trim() : null;
}

/**
 * The engines refuse to start where the file is there already. Ours has a name of its own each time; one that the user has named is
 * there again at each restart, and is removed if it is one: nothing but an id is.
 */
export function clearCid({ cidFile }: KeptContainer): void {
  if (cidFile !== null && (readCid(cidFile) !== null || readIfThere(cidFile) === '')) rmSync(cidFile, { force: true });
}

/** Nobody needs our file any more. */
export function dropCid({ cidFile, isOwnFile }: KeptContainer): void {
  if (isOwnFile && cidFile !== null) rmSync(cidFile, { force: true });
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What cannot be read tells no id; the engine's own words say why it could not be written.
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR' || code === 'ENOTDIR') return null;
    throw error;
  }
}

import { secretsOf } from '../config/secrets.ts';
import type { RemoteServer, ServerConfig } from '../config/types.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { redactSecrets } from '../errors/redact.ts';
import { redactDeep } from '../errors/redact-deep.ts';
import type { LaunchPlan } from '../process/launch-plan.ts';
import { remoteTarget } from '../supervisor/remote-target.ts';
import { resolverFor } from '../supervisor/resolver.ts';
import { variableFault } from '../supervisor/variable-fault.ts';
import type { Cli } from './context.ts';

/** What will run for one server, or why nothing can. */
export interface ServerPlan {
  readonly server: ServerConfig;
  /** Takes the server's secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Null also for a remote server, of which nothing runs here. */
  readonly plan: LaunchPlan | null;
  readonly error: HoldfastError | null;
}

/** Asks the disk, and starts nothing. */
export async function findPlan(server: ServerConfig, { env }: Pick<Cli, 'env'>): Promise<ServerPlan> {
  const redact = redactSecrets(secretsOf(server));
  if (server.kind === 'remote') return { server, redact, plan: null, error: refusalOf(server) };
  if (server.problem !== undefined) {
    return { server, redact, plan: null, error: variableFault(server, server.problem) };
  }
  try {
    return { server, redact, plan: await resolverFor(env)(server), error: null };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { server, redact, plan: null, error };
  }
}

function refusalOf(server: RemoteServer): HoldfastError | null {
  try {
    remoteTarget(server);
    return null;
  } catch (error) {
    if (error instanceof HoldfastError) return error;
    throw error;
  }
}

/** Where a remote server is asked, and the names of the headers that go with it. */
export function remoteFacts({ shown, headers }: RemoteServer): { url: string; headers: string[] } {
  return { url: shown, headers: Object.keys(headers).sort() };
}

/** The plan for programs; without the environment. */
export function planFacts({ file, args, cwd, launch, why, mayDownload, package: known }: LaunchPlan): object {
  return { command: [file, ...args], cwd, launch, why, package: known ?? null, mayDownload };
}

/** The error for programs, without secrets. */
export function planError({ error, redact }: ServerPlan): object {
  const { category, code, message, hint } = error ?? {};
  return redactDeep({ category, code, message, hint }, redact);
}

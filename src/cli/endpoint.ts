import { ensureToken } from '../daemon/token.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { isLoopback } from '../gateway/guard.ts';
import type { Site } from '../gateway/open-routes.ts';
import type { Endpoint, Manager } from '../manager.ts';
import { openNetwork } from '../platform/native-network.ts';
import { os } from '../platform/platform.ts';
import type { Cli } from './context.ts';
import { holderOf, nameOf } from './doctor/port.ts';
import { commandFor, optionsFor, shortPath } from './places.ts';
import { managerAt } from './running-manager.ts';
import { UsageError } from './usage-error.ts';

/** What `up` says of the endpoint; the configuration says the rest. */
export interface EndpointWish {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** False where everybody who reaches it may use it. */
  readonly hasToken: boolean;
}

/** @throws UsageError where everybody in the network could use the servers */
export function checkWish(wish: EndpointWish, configured: string): void {
  const host = wish.host ?? configured;
  if (wish.hasToken || isLoopback(host)) return;
  throw new UsageError(
    `--no-token would open the servers to whoever reaches ${host}`,
    'leave out --no-token, or --host',
  );
}

/**
 * Opens the endpoint of a manager in the foreground.
 *
 * @throws HoldfastError RESOURCE_PORT_TAKEN, with the program that holds it, RESOURCE_ADDRESS
 */
export async function openEndpoint(
  cli: Cli,
  manager: Manager,
  wish: EndpointWish,
  { stateDir, env, site }: { readonly stateDir: string; readonly env: Cli['env']; readonly site: Site },
): Promise<Endpoint> {
  const token = wish.hasToken ? env.HOLDFAST_TOKEN || (await ensureToken(stateDir)) : null;
  try {
    return await manager.listen({ host: wish.host, port: wish.port, token, site });
  } catch (error) {
    throw await withHolder(cli, error, stateDir);
  }
}

async function withHolder(cli: Cli, error: unknown, stateDir: string): Promise<unknown> {
  if (!(error instanceof HoldfastError) || error.details.why !== 'EADDRINUSE') return error;
  const port = Number(error.details.port);
  const holder = await holderOf(port, { os, network: openNetwork(), stateDir });
  const other = await managerAt(cli, port, holder?.pid ?? null);
  if (other === null) {
    const details = { ...error.details, why: `it is held by ${nameOf(holder)}` };
    return new HoldfastError(error.code, { details, cause: error });
  }
  const { pid, config } = other;
  const of = config === null ? '' : `, configuration ${shortPath(config, cli.cwd)}`;
  const details = { ...error.details, why: `it is held by another Holdfast (pid ${pid}${of})` };
  const down = commandFor(optionsFor(cli, other))('down');
  const hint = `leave it and let this one pick a free port with "--port 0", or end it first: ${down}`;
  return new HoldfastError(error.code, { details, hint, cause: error });
}

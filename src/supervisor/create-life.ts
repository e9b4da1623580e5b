import type { ServerConfig } from '../config/types.ts';
import type { InstanceLife } from './life.ts';
import { OneLife, type OneLifeSetup } from './one-life.ts';
import { RemoteLife, type RemoteLifeSetup } from './remote-life.ts';

/** All that a life of either kind is given. */
export type AnyLifeSetup = Omit<OneLifeSetup, 'config'> &
  Omit<RemoteLifeSetup, 'config'> & { readonly config: ServerConfig };

/** The next life of a server, as its configuration has it. */
export function createLife(setup: AnyLifeSetup): InstanceLife {
  const { config } = setup;
  return config.kind === 'remote' ? new RemoteLife({ ...setup, config }) : new OneLife({ ...setup, config });
}

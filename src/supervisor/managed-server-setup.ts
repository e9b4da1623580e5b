import type { ServerConfig } from '../config/types.ts';
import type { Handlers } from '../session/host-handlers.ts';
import type { KeptStore } from '../session/kept-store.ts';
import type { ClientProfile } from './attachment.ts';
import type { InstanceContext } from './instance-setup.ts';

export interface ManagedServerSetup {
  readonly config: ServerConfig;
  /** Place in the configuration. */
  readonly order: number;
  /** Of its first instance; more than those of its predecessor, whose processes may still be there. */
  readonly firstNumber: number;
  readonly context: InstanceContext;
  readonly store: KeptStore;
  /** How servers that several clients share know their client. */
  readonly clientInfo: ClientProfile['clientInfo'];
  readonly isForOneClient: boolean;
  /** What the library answers. */
  readonly handlers: Handlers;
  readonly onNotification: (text: string) => void;
}

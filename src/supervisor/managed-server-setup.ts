import type { ServerConfig } from '../config/types.ts';
import type { Handlers } from '../session/host-handlers.ts';
import type { KeptStore } from '../session/kept-store.ts';
import type { ClientProfile } from './attachment.ts';
import type { InstanceContext } from './instance-setup.ts';

export interface ManagedServerSetup {
  readonly config: ServerConfig;
  /** Place in the configuration. */
  readonly order: number;
  /** For an instance more; none is that of another, of whatever settings, that may still be there. */
  readonly nextNumber: () => number;
  /** Whom its predecessor's first instance was for; null where there was none. */
  readonly profile: ClientProfile | null;
  readonly context: InstanceContext;
  readonly store: KeptStore;
  /** How servers that several clients share know their client. */
  readonly clientInfo: ClientProfile['clientInfo'];
  readonly isForOneClient: boolean;
  /** What the library answers. */
  readonly handlers: Handlers;
  readonly onNotification: (text: string) => void;
}

import { type SystemNetwork, WinsockFailure } from '../platform/system-network.ts';

/** How Winsock is; `not applicable` everywhere but on Windows, and there without the native module. */
export type WinsockState =
  | { readonly state: 'not applicable' }
  | {
      readonly state: 'started';
      readonly version: string;
      readonly highest: string;
      readonly providers: readonly string[];
    }
  | { readonly state: 'failed'; readonly status: number; readonly reason: string };

/** A started Winsock, or why it could not be. To be given back when all that uses it has ended; twice does no harm. */
export interface Winsock extends Disposable {
  readonly state: WinsockState;
}

const REASONS: Readonly<Record<number, string>> = {
  10091: 'the network is not ready yet (WSASYSNOTREADY): try again when Windows has started',
  10092: 'this Windows has no Winsock 2.2 (WSAVERNOTSUPPORTED)',
  10093: 'Winsock was ended before it was started (WSANOTINITIALISED): something calls WSACleanup once too often',
  10106:
    'a service provider could not be loaded (WSAEPROVIDERFAILEDINIT): mostly SystemRoot is missing from the environment; else "netsh winsock reset" as administrator, and a restart',
};

/**
 * Starts Winsock 2.2 for this process and looks at its catalogue. Node does the same for itself, and so does every child: this is
 * for the diagnosis. It never throws: without a network a server may still be of use.
 */
export function startWinsock(system: Pick<SystemNetwork, 'startWinsock'>): Winsock {
  try {
    const token = system.startWinsock();
    if (token === null) return { state: { state: 'not applicable' }, [Symbol.dispose]: () => undefined };
    const { version, highest, providers } = token;
    return { state: { state: 'started', version, highest, providers }, [Symbol.dispose]: once(token) };
  } catch (error) {
    if (!(error instanceof WinsockFailure)) throw error;
    const { status } = error;
    return { state: { state: 'failed', status, reason: explainWinsock(status) }, [Symbol.dispose]: () => undefined };
  }
}

/** What an error number of Winsock means, and what helps. */
export function explainWinsock(status: number): string {
  return REASONS[status] ?? `Winsock error ${status}`;
}

/** One cleanup too many would end Winsock under Node's own sockets. */
function once(token: Disposable): () => void {
  let isLeft = true;
  return () => {
    if (isLeft) token[Symbol.dispose]();
    isLeft = false;
  };
}

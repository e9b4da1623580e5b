// What only the operating system's own calls tell of the network. Each answer is null where this system has no such call, or
// where the door to it (`win32.ts`) is not there: then the environment and Node are all there is to go by.

/** A started Winsock; to be given back exactly once, which a second dispose does not do again. */
export interface WinsockToken extends Disposable {
  /** The version that was agreed upon, `2.2`. */
  readonly version: string;
  /** The highest that the library has. */
  readonly highest: string;
  /** The transport providers of the catalogue, by name. */
  readonly providers: readonly string[];
}

export interface SystemProxy {
  readonly source: 'winhttp' | 'internet settings';
  /** `host:port`, or `http=host:port;https=host:port`; null where none is set. */
  readonly proxy: string | null;
  /** Hosts that are reached without it, separated by `;`. */
  readonly bypass: string | null;
  /** The address of a script that decides for each host. */
  readonly pac: string | null;
}

export type TcpState = 'established' | 'listen' | 'timeWait' | 'closeWait' | 'other';

export interface TcpRow {
  readonly state: TcpState;
  readonly localPort: number;
  /** 0 where nobody owns it any more, as in `timeWait`. */
  readonly pid: number;
}

export interface SystemNetwork {
  /** @throws WinsockFailure */
  startWinsock(): WinsockToken | null;
  /** Those of the system that say something, the one that counts first. */
  systemProxies(): readonly SystemProxy[] | null;
  /** The certificates of the authorities that the system trusts, each in DER. */
  systemCertificates(): readonly Buffer[] | null;
  tcpTable(): readonly TcpRow[] | null;
  /** First and last port that the system gives to outgoing connections. */
  ephemeralPorts(): readonly [first: number, last: number] | null;
}

/** What WSAStartup refused with. */
export class WinsockFailure extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`WSAStartup failed with ${status}`);
    this.status = status;
  }
}

export const noSystemNetwork: SystemNetwork = {
  startWinsock: () => null,
  systemProxies: () => null,
  systemCertificates: () => null,
  tcpTable: () => null,
  ephemeralPorts: () => null,
};

import { type CatalogueEntry, entriesOf } from './entry.ts';

const entry = entriesOf('network');

/** What a server, or the installer that brings it, could not reach. */
export const networkEntries = {
  NETWORK_DNS: entry(
    true,
    'the server could not find the address of a host[: {host}]',
    'check the name and the connection; behind a proxy set HTTPS_PROXY',
  ),
  NETWORK_TIMEOUT: entry(
    true,
    'a connection that the server needs timed out[: {host}]',
    'check the connection; where only a proxy leads outside, set HTTPS_PROXY',
  ),
  NETWORK_REFUSED: entry(
    true,
    'a connection that the server needs was refused[: {host}]',
    'start what it connects to, or correct the address; "localhost" may mean ::1 where 127.0.0.1 is meant',
  ),
  NETWORK_CERTIFICATE: entry(
    true,
    'the server does not trust the certificate of a host[: {host}]',
    "a company's proxy may sign with its own authority: give its certificate by NODE_EXTRA_CA_CERTS (Python: SSL_CERT_FILE)",
  ),
  NETWORK_PROXY_AUTH: entry(
    false,
    'the proxy wants a name and password (407)',
    'put them into HTTPS_PROXY as http://name:password@host:port, or log in to the proxy',
  ),
  NETWORK_AUTH: entry(
    false,
    'a service refused the credentials of the server[ ({status})]',
    'set a valid key or token in "env" of this server, or log in again',
    ['status'],
  ),
  NETWORK_WINSOCK: entry(
    true,
    'Windows could not start its network library for the server[ ({status})]',
    'its environment most often lacks SystemRoot: take away what removes it',
    ['status'],
  ),
} as const satisfies Record<`NETWORK_${string}`, CatalogueEntry>;

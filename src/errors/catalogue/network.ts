import { type CatalogueEntry, entriesOf } from './entry.ts';

const entry = entriesOf('network');

/** What a server, the installer that brings it, or our own way to a remote one could not reach. */
export const networkEntries = {
  NETWORK_DNS: entry(
    true,
    'the address of a host could not be found[: {host}]',
    'check the name and the connection; behind a proxy set HTTPS_PROXY',
  ),
  NETWORK_TIMEOUT: entry(
    true,
    'a connection timed out[: {host}]',
    'check the connection; where only a proxy leads outside, set HTTPS_PROXY',
  ),
  NETWORK_REFUSED: entry(
    true,
    'a connection was refused[: {host}]',
    'start what is to be connected to, or correct the address',
  ),
  NETWORK_CERTIFICATE: entry(
    true,
    'the certificate of a host is not trusted[: {host}]',
    "a company's proxy may sign with its own authority: give its certificate by NODE_EXTRA_CA_CERTS (Python: SSL_CERT_FILE)",
  ),
  NETWORK_PROXY_AUTH: entry(
    false,
    'the proxy wants a name and password (407)',
    'put them before the host in HTTPS_PROXY, with ":" between them and "@" behind, or log in to the proxy',
  ),
  NETWORK_AUTH: entry(
    false,
    'the credentials of the server were refused[ ({status})]',
    'set a valid key or token in "env" of this server, or log in again',
    ['status'],
  ),
  NETWORK_NO_ENDPOINT: entry(
    false,
    'there is no MCP server at this address[ ({status})][: {reason}]',
    'check "url": it is the whole address of a Streamable HTTP endpoint, often one that ends in /mcp',
    ['status'],
  ),
  NETWORK_TRANSPORT: entry(
    false,
    'the transport "{transport}" is not supported',
    'use "type": "http" with the address of its Streamable HTTP endpoint, which often ends in /mcp; "sse" is retired in MCP',
    ['transport'],
  ),
  NETWORK_HTTP_STATUS: entry(
    true,
    'the remote server answered with HTTP status {status}[: {reason}]',
    'it may be overloaded or just starting; if this stays, ask whoever runs it',
    ['status'],
  ),
  NETWORK_RATE_LIMITED: entry(
    true,
    'the remote server takes no more requests for now[; again in {retryAfterS} s]',
    'the call did not run: send fewer, or later',
    ['retryAfterS'],
  ),
  NETWORK_WINSOCK: entry(
    true,
    'Windows could not start its network library for the server[ ({status})]',
    'its environment most often lacks SystemRoot: take away what removes it',
    ['status'],
  ),
} as const satisfies Record<`NETWORK_${string}`, CatalogueEntry>;

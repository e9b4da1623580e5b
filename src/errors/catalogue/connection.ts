import { type CatalogueEntry, entriesOf } from './entry.ts';

const entry = entriesOf('connection');

/** The pipe to a server, its handshake, and the way to a manager. */
export const connectionEntries = {
  CONNECTION_LOST: entry(
    true,
    'the connection to the server broke[: {why}]',
    'the server is restarted by itself; if this repeats, read its last stderr lines',
    ['why'],
  ),
  CONNECTION_NOT_READY: entry(
    true,
    'the server was not there within {afterMs} ms[: {waiting}]',
    'try again in a moment: it goes on meanwhile; "holdfast status" tells how it is',
    ['afterMs', 'waiting'],
  ),
  CONNECTION_HANDSHAKE_TIMEOUT: entry(
    true,
    'the server did not answer initialize within {afterMs} ms',
    'run its command in a terminal to see what it waits for; "startup.initializeMs" sets the time ("startup.downloadMs" for npx, uvx and docker)',
    ['afterMs'],
  ),
  CONNECTION_HANDSHAKE_REJECTED: entry(
    true,
    'the server answered initialize with an error[ {rpcCode}][: {rpcMessage}]',
    'read its last stderr lines; it may want other arguments or a newer version of itself',
    ['rpcCode'],
  ),
  CONNECTION_PROTOCOL_VERSION: entry(
    false,
    'the server speaks protocol version "{version}", which is not supported',
    'update the server, or Holdfast[; known versions are {known}]',
    ['version', 'known'],
  ),
  CONNECTION_NOT_JSON: entry(
    true,
    'the server writes something other than JSON-RPC to stdout[: {line}]',
    'check that the command starts an MCP server over stdio; its logs belong on stderr',
  ),
  CONNECTION_CLOSED: entry(
    false,
    'the server is stopped or being stopped',
    'start the server with "holdfast start {server}"',
  ),
  CONNECTION_HOLD_TIMEOUT: entry(
    true,
    'the call waited {afterMs} ms for the server, which did not become ready',
    'send it again later; "holdMs" sets how long a call may wait',
    ['afterMs'],
  ),
  CONNECTION_ORIGIN_REFUSED: entry(
    false,
    'the header {header} of the request does not mean this endpoint',
    'use the address that "holdfast up" prints; other names are set by "holdfast.gateway.hosts"',
    ['header'],
  ),
  CONNECTION_TOKEN_REFUSED: entry(
    false,
    'the request carries no token, or a wrong one',
    'send the header "Authorization" with "Bearer" and the token that "holdfast up" prints; it is the file "token" in the state folder',
  ),
  CONNECTION_SESSION_UNKNOWN: entry(
    false,
    'there is no session with this Mcp-Session-Id',
    'it has ended, or is of another address: begin a new one with "initialize"',
  ),
  CONNECTION_NOT_FOUND: entry(
    false,
    'there is nothing at this address[: {reason}]',
    'connect to /mcp for all servers together, or to /servers/NAME/mcp for one of them',
    ['reason'],
  ),
  CONNECTION_MANAGER_SILENT: entry(
    true,
    'the manager[ (pid {pid})] is there, but does not answer',
    'where it was stopped (Ctrl-Z) let it go on, with "fg" in its terminal; where it hangs, end it and start it again with "holdfast up"',
    ['pid'],
  ),
  CONNECTION_NO_MANAGER: entry(false, 'no manager is running[ for {config}]', 'start one with "holdfast up"'),
} as const satisfies Record<`CONNECTION_${string}`, CatalogueEntry>;

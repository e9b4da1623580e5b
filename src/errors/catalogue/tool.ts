import { type CatalogueEntry, entriesOf } from './entry.ts';

const entry = entriesOf('tool');

/** The catalogue of tools, and calls. */
export const toolEntries = {
  TOOL_UNKNOWN: entry(
    false,
    'the server has no tool "{tool}"[, but "{nearest}"]',
    'see what it has with "holdfast tools {server}"',
    ['tool', 'nearest'],
  ),
  TOOL_SERVER_UNKNOWN: entry(
    false,
    'there is no server "{name}"[, but "{nearest}"]',
    'see which there are with "holdfast status"',
    ['name', 'nearest'],
  ),
  TOOL_LIST_TIMEOUT: entry(
    true,
    'the server did not list its tools within {afterMs} ms',
    'give it more time for one page with "startup.toolsMs": it may load something first',
    ['afterMs'],
  ),
  TOOL_LIST_FAILED: entry(
    true,
    'the server could not give the list[ of its {kind}][: {why}]',
    'read its last stderr lines; the fault is in the server',
    ['kind'],
  ),
  TOOL_VANISHED: entry(
    true,
    'tools are gone that the server had before: {tools}',
    'the server is restarted once; if they stay away, check its configuration and its login',
    ['tools'],
  ),
  TOOL_CALL_TIMEOUT: entry(
    true,
    'the call was not answered within {afterMs} ms',
    'it may still be running: check its effect before you repeat it; "callTimeoutMs" sets the time',
    ['afterMs'],
  ),
  TOOL_CALL_CANCELLED: entry(
    false,
    'the call was cancelled by its caller[: {reason}]',
    'send it again if it is still wanted; it may have run in part',
    ['reason'],
  ),
  TOOL_INPUT_TOO_LATE: entry(
    false,
    'the call that asked for this input is not open any more',
    'call again without "requestState"; the first call may have run in part',
  ),
  TOOL_INPUT_MISSING: entry(
    false,
    'the server asked the client something for this call, and got no answer[: {reason}]',
    'call again, and answer within 10 minutes; the first call may have run in part',
    ['reason'],
  ),
  TOOL_CALL_FAILED: entry(
    false,
    'the server answered with error {rpcCode}[: {rpcMessage}]',
    "the words are the server's own; check the arguments of the call",
    ['rpcCode'],
  ),
  TOOL_BAD_ANSWER: entry(
    false,
    'the server answered with something that is no valid answer[: {reason}]',
    'the fault is in the server: tell its authors',
    ['reason'],
  ),
  TOOL_BAD_REQUEST: entry(
    false,
    'the request is not valid[: {reason}]',
    'send a JSON-RPC 2.0 request with one id and one method',
    ['reason'],
  ),
  TOOL_NAME_UNKNOWN: entry(
    false,
    'there is no {kind} "{name}"[, but "{nearest}"]',
    'list them again: what the servers offer may have changed',
    ['kind', 'name', 'nearest'],
  ),
  TOOL_METHOD_UNKNOWN: entry(
    false,
    'no server can be chosen for "{method}" where all are one',
    'connect to the server itself, at /servers/NAME/mcp: there every method passes',
    ['method'],
  ),
  TOOL_LIST_PENDING: entry(
    true,
    'no {kind} can be listed yet[: waiting for {waiting}][; failed: {failed}]',
    'list again in a moment: list_changed is sent when there are any; "holdfast status" tells how the servers are',
    ['kind', 'waiting', 'failed'],
  ),
  TOOL_BAD_PARAMS: entry(
    false,
    'the params of the request are not valid: {reason}',
    'see what the protocol says about this method',
    ['reason'],
  ),
} as const satisfies Record<`TOOL_${string}`, CatalogueEntry>;

import { HoldfastError } from '../errors/holdfast-error.ts';
import { nearest } from '../errors/nearest.ts';
import { errorResponse, type RequestEnvelope } from '../session/json-text.ts';
import { splitName } from './names.ts';

export const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
/** MCP, until 2025-11-25: there is no such resource. */
const RESOURCE_NOT_FOUND = -32002;

/** A client's words come back to it in part: it knows them. */
const MAX_QUOTED = 200;

/** The answer to a request that is the client's mistake, with a code of JSON-RPC or MCP instead of ours. */
export function refusal(request: RequestEnvelope, rpcCode: number, error: HoldfastError): string {
  const data = error.toClient();
  return errorResponse(request.id.raw, rpcCode, `${data.message} (${data.hint})`, data);
}

/** The answer to a request whose params are of no use, in words of our own. */
export function badParams(request: RequestEnvelope, reason: string): string {
  return refusal(request, INVALID_PARAMS, new HoldfastError('TOOL_BAD_PARAMS', { details: { reason } }));
}

/** The answer to a request for a tool that its server does not have, or does not offer. */
export function unknownTool(request: RequestEnvelope, server: string, tool: string, known: Iterable<string>): string {
  const details = { tool: quoted(tool), nearest: nearest(tool, known) };
  return refusal(request, INVALID_PARAMS, new HoldfastError('TOOL_UNKNOWN', { server, details }));
}

/** The same for what is looked for in all servers. */
export function unknownName(request: RequestEnvelope, kind: string, name: string, known: Iterable<string>): string {
  const names = [...known];
  // What the server itself calls it is more than a misspelling.
  const withServer = names.find(one => splitName(one)?.rest === name);
  const details = { kind, name: quoted(name), nearest: withServer ?? nearest(name, names) };
  const rpcCode = kind === 'resource' ? RESOURCE_NOT_FOUND : INVALID_PARAMS;
  return refusal(request, rpcCode, new HoldfastError('TOOL_NAME_UNKNOWN', { details }));
}

const quoted = (text: string): string => (text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`);

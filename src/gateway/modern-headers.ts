// The headers of a POST, which say again what the body says, so that those who route by headers see what the server sees.

import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../config/is-object.ts';
import { metaOf, VERSION_MARK } from '../session/era.ts';
import type { RequestEnvelope } from '../session/json-text.ts';
import { type Checked, checkRequest, type Refusal, RPC } from './modern-request.ts';

/** The member of `params` that `Mcp-Name` mirrors. */
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

/** A request by its body and by its headers, which must agree. */
export function checkPost(envelope: RequestEnvelope, headers: IncomingHttpHeaders): Checked {
  const early = wrongVersionHeader(envelope, headers);
  if (early !== null) return { ok: false, refusal: early };
  const checked = checkRequest(envelope);
  const late = checked.ok ? wrongHeaders(envelope, headers) : null;
  return late === null ? checked : { ok: false, refusal: late };
}

/** Whoever goes by the header alone must not take it for another version's request. */
function wrongVersionHeader(envelope: RequestEnvelope, headers: IncomingHttpHeaders): Refusal | null {
  const requested = metaOf(envelope)[VERSION_MARK];
  if (typeof requested !== 'string' || headers['mcp-protocol-version'] === requested) return null;
  return mismatch('MCP-Protocol-Version', 'the "protocolVersion" in the body');
}

function wrongHeaders({ method, value }: RequestEnvelope, headers: IncomingHttpHeaders): Refusal | null {
  if (headers['mcp-method'] !== method) return mismatch('Mcp-Method', 'the "method" in the body');
  const member = NAMED[method];
  if (member === undefined) return null;
  const name = isObject(value.params) ? value.params[member] : undefined;
  // A request without a name is for the server to judge; only a header that says another thing is for us.
  const expected = typeof name === 'string' ? name : undefined;
  return decodeHeader(headers['mcp-name']) === expected ? null : mismatch('Mcp-Name', `"params.${member}" in the body`);
}

const ENCODED = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\?=$/;

/** What a header value stands for; null where it is malformed. */
export function decodeHeader(value: string | string[] | undefined): string | null | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[\t\x20-\x7e]*$/.test(value)) return null;
  const encoded = ENCODED.exec(value)?.[1];
  if (encoded !== undefined) return Buffer.from(encoded, 'base64').toString('utf8');
  return value.startsWith('=?base64?') && value.endsWith('?=') ? null : value;
}

/** For a header that does not say what the body says. */
export const mismatch = (header: string, body: string): Refusal => ({
  status: 400,
  code: RPC.headerMismatch,
  message: `the header ${header} is missing, malformed, or not equal to ${body}`,
});

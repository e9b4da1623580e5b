// What a request of 2026-07-28 says once more in the headers of its POST, for those who route without reading bodies.

import { isObject } from '../config/is-object.ts';
import { MODERN_VERSION, metaOf, VERSION_MARK } from './era.ts';
import { type RequestEnvelope, rawMember } from './json-text.ts';
import { argumentAt, type ToolMarks } from './tool-marks.ts';

/** The member of `params` that `Mcp-Name` mirrors. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

export function modernHeaders(envelope: RequestEnvelope, marks: ToolMarks): Record<string, string> {
  const { method } = envelope;
  const params = isObject(envelope.value.params) ? envelope.value.params : {};
  const version = metaOf(envelope)[VERSION_MARK];
  const headers: Record<string, string> = {
    'mcp-protocol-version': typeof version === 'string' && isPlain(version) ? version : MODERN_VERSION,
    'mcp-method': encodeHeader(method),
  };
  const name = params[NAMED.get(method) ?? ''];
  if (typeof name === 'string') headers['mcp-name'] = encodeHeader(name);
  if (method !== 'tools/call') return headers;
  for (const { header, path } of marks.of(params.name)) {
    const value = argumentAt(params.arguments, path);
    const text = typeof value === 'number' ? numberText(value, envelope, path) : value;
    if (typeof text === 'string' || typeof text === 'boolean') headers[header] = encodeHeader(String(text));
  }
  return headers;
}

/** As it is, where that is plain text which nobody on the way changes; else encoded. */
export function encodeHeader(value: string): string {
  return isPlain(value) ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

const isPlain = (value: string): boolean =>
  /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !/^=\?base64\?.*\?=$/.test(value);

/** What cannot be held exactly stands as it was written. */
const numberText = (value: number, envelope: RequestEnvelope, path: readonly string[]): string | undefined =>
  Number.isInteger(value) && !Number.isSafeInteger(value)
    ? rawMember(envelope, ['params', 'arguments', ...path])?.raw
    : String(value);

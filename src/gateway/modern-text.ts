// Between the text of the one era and that of the other. Members are taken out, put in and copied as they stand.

import { RESERVED } from '../session/era.ts';
import { insert, type Member, rewrite, rewriteOrAdd, withMember } from '../session/json-members.ts';
import { type RequestEnvelope, rawMember, type Slice, type Span, splice } from '../session/json-text.ts';
import { RPC, SUPPORTED_VERSIONS } from './modern-request.ts';

/** Methods whose call may be interrupted by questions to the client. */
export const MAY_ASK: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

const CACHEABLE: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

/** Nothing is known of how long a legacy server's word holds, nor whether it says the same to all. */
const NOT_CACHED: readonly Member[] = [
  ['ttlMs', '0'],
  ['cacheScope', '"private"'],
];

/** The request as a legacy server may see it: without what belongs to the protocol of this one request. */
export function toLegacy({ text, params, method }: RequestEnvelope): string {
  if (params === null) return text;
  const mayAsk = MAY_ASK.has(method);
  const rewritten = rewrite(text.slice(params.start, params.end), (name, raw) => {
    if (name === '_meta') return rewrite(raw, (key, value) => (key.startsWith(RESERVED) ? null : value));
    return mayAsk && (name === 'inputResponses' || name === 'requestState') ? null : raw;
  });
  return splice(text, [{ ...params, with: rewritten }]);
}

/** Whether an answer is a result; else it is an error. */
export const resultOf = (answer: string): Slice | null => rawMember(answer, ['result']);

/** The answer of a legacy server to `method`, as a result of 2026-07-28. */
export function toModern(answer: string, result: Span, method: string, serverInfo: string | null): string {
  const added: Member[] = [['resultType', '"complete"']];
  if (CACHEABLE.has(method)) added.push(...NOT_CACHED);
  return splice(answer, [{ ...result, with: withDefaults(answer.slice(result.start, result.end), added, serverInfo) }]);
}

/** The error in an answer of a legacy server, in words that are still spoken, and the HTTP status that goes with it. */
export function errorToModern(answer: string): { readonly status: number; readonly text: string } {
  const code = rawMember(answer, ['error', 'code']);
  const value = code === null ? null : Number(code.raw);
  if (code === null || value === null) return { status: 200, text: answer };
  if (value === RPC.methodNotFound) return { status: 404, text: answer };
  const successor = SUCCESSORS.get(value);
  const text = successor === undefined ? answer : splice(answer, [{ ...code, with: String(successor) }]);
  return { status: 200, text };
}

/** Resource not found has no code of its own any more, and that a page must be visited is no error any more. */
const SUCCESSORS: ReadonlyMap<number, number> = new Map([
  [-32002, RPC.invalidParams],
  [-32042, RPC.internal],
]);

/** The result of `server/discover`, from what the server said at `initialize`. */
export function discoverResult(initialized: string): string {
  const kept = rewrite(initialized, (name, raw) => {
    if (name === 'protocolVersion' || name === 'serverInfo') return null;
    // Logging is asked for by each request now, and the tasks of 2025-11-25 are not those of the extension.
    return name === 'capabilities' ? rewrite(raw, (key, value) => (DROPPED.has(key) ? null : value)) : raw;
  });
  const added: Member[] = [
    ['resultType', '"complete"'],
    ['supportedVersions', JSON.stringify(SUPPORTED_VERSIONS)],
    ['capabilities', '{}'],
    ...NOT_CACHED,
  ];
  return withDefaults(kept, added, serverInfoOf(initialized));
}

const DROPPED = new Set(['logging', 'tasks']);

/** Raw text of the server's name and version; null where it has told none. */
export const serverInfoOf = (initialized: string): string | null => rawMember(initialized, ['serverInfo'])?.raw ?? null;

/** A result under the id of its request. */
export const resultText = (idRaw: string, result: string): string =>
  `{"jsonrpc":"2.0","id":${idRaw},"result":${result}}`;

/** The object that asks the client for more: `inputs` are raw members, `state` is what it gives back. */
export function inputRequired(inputs: ReadonlyMap<string, string>, state: string, serverInfo: string | null): string {
  const requests = [...inputs].map(([key, raw]) => `${JSON.stringify(key)}:${raw}`).join(',');
  const result = `{"resultType":"input_required","inputRequests":{${requests}},"requestState":${JSON.stringify(state)}}`;
  return withDefaults(result, [], serverInfo);
}

/** A notification with one more member in `params._meta`. */
export function withMeta(text: string, key: string, raw: string): string {
  return rewriteOrAdd(text, 'params', params => rewriteOrAdd(params, '_meta', meta => withMember(meta, key, raw)));
}

/** Members are added only where the server has not written them itself. */
function withDefaults(object: string, added: readonly Member[], serverInfo: string | null): string {
  let text = object;
  const present = new Set<string>();
  rewrite(object, (name, raw) => {
    present.add(name);
    return raw;
  });
  const missing = added.filter(([name]) => !present.has(name)).map(([name, raw]) => `${JSON.stringify(name)}:${raw}`);
  if (missing.length > 0) text = insert(text, missing.join(','));
  return serverInfo === null
    ? text
    : rewriteOrAdd(text, '_meta', meta => withDefaults(meta, [[`${RESERVED}serverInfo`, serverInfo]], null));
}

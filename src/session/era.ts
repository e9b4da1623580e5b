// Two eras of the protocol: up to 2025-11-25 a conversation begins with `initialize`; from 2026-07-28 on every request says all.
import { isObject } from '../config/is-object.ts';
import type { InitializeParams } from './handshake.ts';
import { type Member, rewriteOrAdd, withMember } from './json-members.ts';
import { type Envelope, type MessageEnvelope, type ResponseEnvelope, rawMember } from './json-text.ts';

export type Era = 'legacy' | 'modern';

export const MODERN_VERSION = '2026-07-28';
/** Where the protocol's own keys in `_meta` begin. */
export const RESERVED = 'io.modelcontextprotocol/';

/** The member of `_meta` by which a request is known to be stateless. */
export const VERSION_MARK = `${RESERVED}protocolVersion`;

/** Whether a message is of a revision without sessions: it says so itself, in each request. */
export function isStateless(envelope: Envelope): boolean {
  if (envelope.kind === 'batch') return false;
  if (envelope.method === 'server/discover' || envelope.method === 'subscriptions/listen') return true;
  return Object.hasOwn(metaOf(envelope), VERSION_MARK);
}

/** `params._meta` as an object, empty where it is none. */
export function metaOf({ value }: MessageEnvelope): Record<string, unknown> {
  const params = isObject(value.params) ? value.params : {};
  return isObject(params._meta) ? params._meta : {};
}

/** Servers are updated: for so long what one was found to be decides what it is asked first. */
const BELIEVED_MS = 30 * 86_400_000;

/** What to begin with, where the server was last found to be a modern one at `modernAt` (ms since 1970). A wrong guess costs one question. */
export function firstEra(modernAt: number | null, now: number): Era {
  return modernAt !== null && modernAt <= now && now - modernAt < BELIEVED_MS ? 'modern' : 'legacy';
}

/** What an answer to `server/discover` means. */
export type Discovery =
  | { readonly type: 'modern'; readonly initialize: string }
  | { readonly type: 'otherVersion'; readonly versions: readonly string[] }
  | { readonly type: 'notModern' };

/** `initialize` is what a server of 2025-11-25 that is otherwise the same would have said; `name` stands for one that tells none. */
export function discoveryOf(answer: ResponseEnvelope, name: string): Discovery {
  const { result } = answer.value;
  if (answer.error !== null || !isObject(result) || !Array.isArray(result.supportedVersions)) {
    return { type: 'notModern' };
  }
  const versions = result.supportedVersions.map(String);
  if (!versions.includes(MODERN_VERSION)) return { type: 'otherVersion', versions };
  const raw = (...path: string[]) => rawMember(answer, ['result', ...path])?.raw;
  const instructions = raw('instructions');
  const info = isObject(result._meta) && result._meta[`${RESERVED}serverInfo`];
  const serverInfo = isObject(info) && typeof info.name === 'string' && typeof info.version === 'string';
  const members: Member[] = [
    ['protocolVersion', '"2025-11-25"'],
    ['capabilities', (isObject(result.capabilities) ? raw('capabilities') : null) ?? '{}'],
    ['serverInfo', (serverInfo ? raw('_meta', `${RESERVED}serverInfo`) : null) ?? JSON.stringify(unnamed(name))],
    ...(typeof result.instructions === 'string' && instructions !== undefined
      ? [['instructions', instructions] as const]
      : []),
  ];
  return { type: 'modern', initialize: `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}` };
}

const unnamed = (name: string) => ({ name, version: 'unknown' });

/** What every request to a modern server carries of its client. */
export type Wrapper = readonly Member[];

export function wrapperOf({ capabilities, clientInfo }: InitializeParams): Wrapper {
  return [
    [VERSION_MARK, JSON.stringify(MODERN_VERSION)],
    [`${RESERVED}clientCapabilities`, JSON.stringify(capabilities)],
    [`${RESERVED}clientInfo`, JSON.stringify(clientInfo)],
  ];
}

/** The request as a modern server wants it: with its client in `params._meta`, and `added` in `params`. */
export function wrapped(request: string, wrapper: Wrapper, added: readonly Member[] = []): string {
  return rewriteOrAdd(request.trim(), 'params', params => {
    const withMeta = rewriteOrAdd(params, '_meta', meta => withMembers(meta, wrapper));
    return withMembers(withMeta, added);
  });
}

const withMembers = (object: string, members: readonly Member[]): string =>
  members.reduce((text, [name, raw]) => withMember(text, name, raw), object);

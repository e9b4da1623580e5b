// What a server asks its client during a call, and how it looks as an entry of `inputRequests`.

import { isObject } from '../config/is-object.ts';
import { forEachMember, keyAt } from '../session/json-scan.ts';
import { errorResponse, type RequestEnvelope, rawMember } from '../session/json-text.ts';
import { type Refusal, RPC } from './modern-request.ts';
import { resultText } from './modern-text.ts';

type Capabilities = Readonly<Record<string, unknown>>;

/** One question of a server. */
export interface Question {
  /** Raw; unique in this manager. */
  readonly id: string;
  /** What the server itself calls it; without, it gets a name of ours. */
  readonly key: string | null;
  readonly method: string;
  /** Raw value of an entry of `inputRequests`. */
  readonly entry: string;
  /** The capability that the client lacks for it, as an object of capabilities; null where it lacks none. */
  readonly lacks: object | null;
}

/** A server may name its questions in their `_meta`, so that the keys of `inputRequests` are its own. */
const KEY_HINT = 'holdfast/inputKey';

/** Null for a request that is no question to a person, a model or the client's file system. */
export function questionOf(envelope: RequestEnvelope, capabilities: Capabilities): Question | null {
  const { method } = envelope;
  const params = isObject(envelope.value.params) ? envelope.value.params : {};
  const needed = neededFor(method, params);
  if (needed === null) return null;
  const meta = isObject(params._meta) ? params._meta : {};
  const hint = meta[KEY_HINT];
  return {
    id: envelope.id.raw,
    key: typeof hint === 'string' && hint !== '' ? hint : null,
    method,
    entry: entryOf(envelope),
    lacks: covers(capabilities, needed) ? null : needed,
  };
}

function neededFor(method: string, params: Capabilities): Record<string, object> | null {
  switch (method) {
    case 'elicitation/create':
      return { elicitation: params.mode === 'url' ? { url: {} } : {} };
    case 'sampling/createMessage':
      return { sampling: params.tools === undefined ? {} : { tools: {} } };
    case 'roots/list':
      return { roots: {} };
    default:
      return null;
  }
}

function covers(capabilities: Capabilities, needed: Record<string, object>): boolean {
  return Object.entries(needed).every(([name, parts]) => {
    const declared = capabilities[name];
    return isObject(declared) && Object.keys(parts).every(part => isObject(declared[part]));
  });
}

/** `elicitationId` has no meaning in this era: there is no notification that would name it. */
function entryOf(envelope: RequestEnvelope): string {
  const params = rawMember(envelope, ['params'])?.raw ?? '{}';
  const kept: string[] = [];
  forEachMember(params, 0, (key, value) => {
    if (keyAt(params, key) !== 'elicitationId') kept.push(params.slice(key.start, value.end));
  });
  return `{"method":${JSON.stringify(envelope.method)},"params":{${kept.join(',')}}}`;
}

export type Responses =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly refusal: Refusal };

/** The client's answers by key, raw; empty where it gave none. */
export function responsesOf(envelope: RequestEnvelope): Responses {
  const values = new Map<string, string>();
  const member = rawMember(envelope, ['params', 'inputResponses']);
  if (member === null) return { ok: true, values };
  if (!member.raw.startsWith('{')) return bad('"inputResponses" must be an object');
  let wrong: string | null = null;
  forEachMember(member.raw, 0, (key, value) => {
    const name = keyAt(member.raw, key);
    const raw = member.raw.slice(value.start, value.end);
    if (raw.startsWith('{')) values.set(name, raw);
    else wrong = name;
  });
  return wrong === null ? { ok: true, values } : bad(`the input response ${JSON.stringify(wrong)} must be an object`);
}

const bad = (message: string): Responses => ({
  ok: false,
  refusal: { status: 400, code: RPC.invalidParams, message },
});

/** The client's answer to a question, as the server expects it. */
export const answerTo = (question: Question, raw: string): string => resultText(question.id, raw);

/** For a question that no client can be asked. */
export const refuseQuestion = (idRaw: string, why: string): string => errorResponse(idRaw, RPC.internal, why);

export const lackingCapability = (question: Question): Refusal => ({
  status: 400,
  code: RPC.missingCapability,
  message: `the server asks ${question.method}, for which the request declares no capability`,
  data: { requiredCapabilities: question.lacks },
});

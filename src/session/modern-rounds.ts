import { isObject } from '../config/is-object.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { Clock, Timer } from '../process/clock.ts';
import { type Member, rewrite, rewriteOrAdd, withMember } from './json-members.ts';
import { notification, type ResponseEnvelope, rawMember } from './json-text.ts';
import { serverErrorOf } from './server-error.ts';
import { idOf } from './upstream.ts';

/** One call on its way through rounds of questions. */
export interface Leg {
  /** Ours, for as long as the call lasts. */
  readonly id: number;
  /** The server's, for one round; null while the client is asked. */
  wireId: number | null;
  /** As it was sent first, before it was translated. */
  readonly text: string;
  rounds: number;
}

/** What a server wants to know before it goes on with a call. */
interface Round {
  readonly leg: Leg;
  /** Raw; null where it gave none. */
  readonly state: string | null;
  /** Raw results, by the server's name for each question. */
  readonly answers: Map<string, string>;
  /** Questions without an answer, by the id under which the client is asked. */
  readonly open: Map<number, string>;
  readonly timer: Timer;
}

export interface ModernRoundsOptions {
  readonly clock: Clock;
  readonly nextId: () => number;
  /** Asks the client of the call. */
  readonly ask: (text: string, leg: Leg) => void;
  /** Tells it that a question is not open any more. */
  readonly tell: (text: string) => void;
  readonly goOn: (leg: Leg, answers: readonly Member[]) => void;
  readonly giveUp: (leg: Leg, error: HoldfastError) => void;
}

/** A server that asks more often than this for one call goes in a circle. */
const MAX_ROUNDS = 8;
/** So long a client has for the answers of one round. */
const ANSWER_MS = 10 * 60_000;

const QUESTIONS = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list']);

export const wantsInput = ({ value: { result } }: ResponseEnvelope): boolean =>
  isObject(result) && result.resultType === 'input_required';

/** Calls whose server waits for answers of the client: `input_required`, as questions to a client that is asked in requests. */
export class ModernRounds {
  readonly #options: ModernRoundsOptions;
  readonly #rounds = new Map<Leg, Round>();
  /** By the id under which the client is asked. */
  readonly #asked = new Map<number, Round>();

  constructor(options: ModernRoundsOptions) {
    this.#options = options;
  }

  /** The call is answered with questions. */
  begin(leg: Leg, answer: ResponseEnvelope): void {
    const { clock, nextId, ask } = this.#options;
    const asked: { id: number; name: string; text: string }[] = [];
    const raw = rawMember(answer, ['result', 'inputRequests'])?.raw ?? '{}';
    let isValid = raw.startsWith('{');
    rewrite(raw, (name, question) => {
      const id = nextId();
      const text = questionOf(id, name, question);
      if (text === null) isValid = false;
      else asked.push({ id, name, text });
      return question;
    });
    const state = rawMember(answer, ['result', 'requestState'])?.raw ?? null;
    if (!isValid || (asked.length === 0 && state === null))
      return this.#refuse(leg, 'it asks for no input that is known');
    if (++leg.rounds > MAX_ROUNDS) return this.#refuse(leg, `it asked for input more than ${MAX_ROUNDS} times`);
    const timer = clock.setTimer(ANSWER_MS, () => this.#giveUp(leg, new HoldfastError('TOOL_INPUT_MISSING')));
    const open = new Map(asked.map(({ id, name }) => [id, name]));
    const round: Round = { leg, state, answers: new Map(), open, timer };
    this.#rounds.set(leg, round);
    for (const id of open.keys()) this.#asked.set(id, round);
    // Some are answered at once, and one that is refused ends all.
    for (const { id, text } of asked) if (this.#asked.get(id) === round) ask(text, leg);
    if (asked.length === 0) this.#goOn(round);
  }

  /** The client has answered; false where this is no answer to a question of a round. */
  answered(answer: ResponseEnvelope): boolean {
    const id = answer.id === null ? 0 : idOf(answer.id.raw);
    const round = this.#asked.get(id);
    const name = round?.open.get(id);
    if (round === undefined || name === undefined) return false;
    this.#asked.delete(id);
    round.open.delete(id);
    const result = rawMember(answer, ['result']);
    if (answer.error !== null || result === null) {
      const reason = serverErrorOf(answer.value.error).message ?? '';
      this.#giveUp(round.leg, new HoldfastError('TOOL_INPUT_MISSING', { details: { reason } }));
      return true;
    }
    round.answers.set(name, result.raw);
    if (round.open.size === 0) this.#goOn(round);
    return true;
  }

  /** The call has ended: nobody need answer. */
  end(leg: Leg, reason: string): void {
    const round = this.#drop(leg);
    for (const requestId of round?.open.keys() ?? []) {
      this.#options.tell(notification('notifications/cancelled', { requestId, reason }));
    }
  }

  close(): void {
    for (const leg of [...this.#rounds.keys()]) this.#drop(leg);
  }

  #goOn({ leg, answers, state }: Round): void {
    this.#drop(leg);
    const members = [...answers].map(([name, raw]) => `${JSON.stringify(name)}:${raw}`);
    this.#options.goOn(leg, [
      ...(members.length === 0 ? [] : [['inputResponses', `{${members.join(',')}}`] as const]),
      ...(state === null ? [] : [['requestState', state] as const]),
    ]);
  }

  #refuse(leg: Leg, reason: string): void {
    this.#giveUp(leg, new HoldfastError('TOOL_BAD_ANSWER', { details: { reason } }));
  }

  #giveUp(leg: Leg, error: HoldfastError): void {
    this.end(leg, 'the call has been given up');
    this.#options.giveUp(leg, error);
  }

  #drop(leg: Leg): Round | undefined {
    const round = this.#rounds.get(leg);
    this.#rounds.delete(leg);
    round?.timer.cancel();
    for (const id of round?.open.keys() ?? []) this.#asked.delete(id);
    return round;
  }
}

/** A question in the form of a request; null where it is none that a client knows. */
function questionOf(id: number, name: string, raw: string): string | null {
  const question: unknown = JSON.parse(raw);
  if (!isObject(question) || !QUESTIONS.has(String(question.method))) return null;
  let params = rawMember(raw, ['params'])?.raw ?? '{}';
  // A client of 2026-07-28 behind us sees the server's own name of the question again.
  params = rewriteOrAdd(params, '_meta', meta => withMember(meta, 'holdfast/inputKey', JSON.stringify(name)));
  const { mode } = isObject(question.params) ? question.params : {};
  // Without it a client of 2025-11-25 takes no such question; what it is for has no other form any more.
  if (mode === 'url') params = withMember(params, 'elicitationId', `"${id}"`);
  return `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(question.method)},"params":${params}}`;
}

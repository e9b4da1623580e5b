// Fifty clients of one real server: what belongs to one of them never reaches another, and none waits for another's answer.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CommandLine } from '../cli/run-cli.ts';
import type { Params } from '../fixtures/lib/protocol.ts';
import { everything } from '../support/conformance.ts';
import { eventually } from '../support/eventually.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { HttpSession, textOf } from '../support/http-session.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

const CLIENTS = 50;
/** Each of those that are asked needs a process of its own, which takes longer to start than all else here. */
const ASKED = process.env.HOLDFAST_TEST_FULL === '1' ? CLIENTS : 10;
/** The same for all, so that nothing but the gateway keeps them apart. */
const TOKEN = 1;
const never = new Promise<never>(() => {});

/** A client whose every word carries its mark. */
class Marked {
  readonly mark: string;
  readonly session: HttpSession;
  /** Tells it from its neighbours where only a number can be said. */
  readonly steps: number;

  private constructor(mark: string, steps: number, session: HttpSession) {
    this.mark = mark;
    this.steps = steps;
    this.session = session;
  }

  static async open(gateway: Gateway, number: number, elicited?: () => unknown): Promise<Marked> {
    const mark = `client-${number}.`;
    const session = await HttpSession.open({
      url: gateway.url('everything'),
      token: gateway.token,
      name: mark,
      capabilities: { sampling: {}, elicitation: {} },
      answers: {
        'sampling/createMessage': () => ({ role: 'assistant', model: mark, content: { type: 'text', text: mark } }),
        'elicitation/create': elicited ?? (() => ({ action: 'accept', content: { name: mark, check: true } })),
      },
    });
    return new Marked(mark, 2 + (number % 10), session);
  }

  async echoes(): Promise<void> {
    assert.equal(textOf(await this.session.call('echo', { message: this.mark })), `Echo: ${this.mark}`);
  }

  async progresses(): Promise<void> {
    const args = { duration: 1, steps: this.steps };
    const text = textOf(await this.session.call('trigger-long-running-operation', args, { progressToken: TOKEN }));
    assert.match(text, new RegExp(`Steps: ${this.steps}\\.$`));
    const expected = Array.from({ length: this.steps }, (_, step) => [TOKEN, step + 1, this.steps]);
    assert.deepEqual(this.#progressOf(TOKEN), expected);
  }

  /** Of two calls it cancels one, which would have been answered first: the other alone is answered. */
  async cancels(): Promise<void> {
    let hasAnswer = false;
    const how = { id: 'cancelled', progressToken: 'cancelled' };
    this.session.call('trigger-long-running-operation', { duration: 1, steps: 10 }, how).then(
      () => {
        hasAnswer = true;
      },
      () => {},
    );
    await eventually(() => this.#progressOf('cancelled').length > 0, { what: 'the call to run', timeoutMs: 30_000 });
    await this.session.notify('notifications/cancelled', { requestId: 'cancelled', reason: this.mark });
    await this.progresses();
    assert.equal(hasAnswer, false, `${this.mark} was answered though it had cancelled`);
  }

  #progressOf(token: unknown): unknown[] {
    return this.session.heard
      .filter(({ method, params }) => method === 'notifications/progress' && params?.progressToken === token)
      .map(({ params }) => [params?.progressToken, params?.progress, params?.total]);
  }

  samples(how?: 'if it can be asked'): Promise<void> {
    return this.#isAsked('trigger-sampling-request', { prompt: this.mark, maxTokens: 10 }, how);
  }

  elicits(how?: 'if it can be asked'): Promise<void> {
    return this.#isAsked('trigger-elicitation-request', {}, how);
  }

  /** The answer is made of what this client was asked and has said, or is an error. */
  async #isAsked(tool: string, args: Params, how?: 'if it can be asked'): Promise<void> {
    const { result, error } = await this.session.call(tool, args);
    const isError = error !== undefined || (result as { isError?: boolean }).isError === true;
    const marks = marksIn(JSON.stringify(result ?? error));
    if (how === undefined || !isError) assert.deepEqual(marks, [this.mark], JSON.stringify(result ?? error));
    else
      assert.deepEqual(
        marks.filter(mark => mark !== this.mark),
        [],
      );
  }

  /** Nothing came that it did not ask for, and no question with another's mark. */
  isUnmixed(): void {
    const { strays, unsaid, asked } = this.session;
    assert.deepEqual([strays, unsaid], [[], []], this.mark);
    const marks = marksIn(JSON.stringify(asked.map(({ params }) => params as Params)));
    assert.deepEqual(
      marks.filter(mark => mark !== this.mark),
      [],
    );
  }
}

/** Every mark of a client in a text, each once. */
const marksIn = (text: string): string[] => [...new Set(text.match(/client-\d+\./g))];

describe('many clients of one server', () => {
  test('nothing crosses, and one that never answers delays nobody', { timeout: 180_000 }, async t => {
    const sandbox = await withNothingLeft(t);
    const cli = new CommandLine(sandbox);
    cli.configure({ everything });
    const gateway = await startGateway(cli);

    const numbers = Array.from({ length: CLIENTS }, (_, index) => index + 1);
    const clients = await Promise.all(numbers.map(number => Marked.open(gateway, number)));
    sandbox.later(() => {
      for (const { session } of clients) session.hangUp();
    });
    // Nobody knows yet which tools ask: a question that could be anyone's is nobody's, and then it is known.
    const strangers = clients.slice(0, 5);
    await Promise.all(strangers.map(client => client.samples('if it can be asked')));
    await Promise.all(strangers.map(client => client.elicits('if it can be asked')));

    const silent = await Marked.open(gateway, CLIENTS + 1, () => never);
    sandbox.later(() => silent.session.hangUp());
    let isSilentDone = false;
    silent.session.call('trigger-elicitation-request').then(
      () => {
        isSilentDone = true;
      },
      () => {},
    );

    const from = performance.now();
    await Promise.all(clients.flatMap(client => [client.echoes(), client.cancels()]));
    const sharedMs = Math.round(performance.now() - from);
    await Promise.all([
      ...clients.slice(0, ASKED).flatMap(client => [client.samples(), client.elicits()]),
      ...clients.map(client => client.echoes()),
    ]);
    t.diagnostic(
      `${CLIENTS} clients: ${sharedMs} ms for calls, progress and cancels on one process, ` +
        `${Math.round(performance.now() - from) - sharedMs} ms for the questions of ${ASKED} on as many`,
    );
    assert.equal(silent.session.asked.length, 1);
    assert.equal(isSilentDone, false, 'it is still asked');
    for (const client of [silent, ...clients]) client.isUnmixed();

    await Promise.all([silent, ...clients].map(({ session }) => session.end()));
    await gateway.stop();
  });
});

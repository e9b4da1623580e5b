import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { requestOf } from '../../src/session/call.ts';
import { AskingTools, PERSONAL } from '../../src/supervisor/asking-tools.ts';
import { Audience } from '../../src/supervisor/audience.ts';
import type { Instance } from '../../src/supervisor/instance.ts';
import type { Member } from '../../src/supervisor/member.ts';
import { idOf } from '../session/fake-server.ts';
import { Stage, turn } from '../session/stage.ts';

interface OpenCall {
  readonly owner: FakeMember;
  readonly mark: string;
  /** The server's id of it. */
  readonly id: string;
  readonly controller: AbortController;
}

/** A client that keeps what it is asked. */
class FakeMember implements Member {
  readonly kind = 'client';
  readonly isGone = false;
  readonly name: string;
  readonly asked: { id: number; params: { owner: string } }[] = [];
  readonly told: string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  makeRoom(): void {
    assert.fail('nobody asks for roots here');
  }

  onRequest(text: string): void {
    this.asked.push(JSON.parse(text));
  }

  onNotification(text: string): void {
    this.told.push(text);
  }
}

/** Three clients that share one process, which knows whom each of its words is for. */
class World {
  readonly stage = new Stage({ hasClient: false });
  readonly members = ['a', 'b', 'c'].map(name => new FakeMember(name));
  readonly audience: Audience;
  /** Calls that the server has, also such as were cancelled: it goes on with them. */
  readonly open: OpenCall[] = [];
  readonly mistakes: string[] = [];
  #count = 0;

  constructor() {
    const { session } = this.stage;
    const instance = {
      config: { name: 'files' },
      session,
      ask: session.ask.bind(session),
    };
    this.audience = new Audience({
      instance: instance as unknown as Instance,
      profile: { capabilities: {}, roots: null, clientInfo: { name: 'x', version: '1' } },
      key: 'k',
      tools: [new AskingTools(PERSONAL, new Set(), () => {})],
      isForOneClient: false,
      resident: null,
      onlookers: () => [],
    });
    for (const member of this.members) this.audience.join(member, { level: null, uris: [] });
  }

  call(owner: FakeMember): void {
    const mark = `${owner.name}-${++this.#count}`;
    const params = `{"name":"t","arguments":{"mark":"${mark}"},"_meta":{"progressToken":"${mark}"}}`;
    const envelope = requestOf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`, 'files');
    const controller = new AbortController();
    const onProgress = (text: string) => this.#expect(text.includes(`"${mark}"`), `progress of ${mark}: ${text}`);
    const options = { deadline: Infinity, signal: controller.signal, onProgress };
    this.audience.request(owner, envelope, options).then(
      text => this.#expect(JSON.parse(text).result.mark === mark, `answer to ${mark}: ${text}`),
      () => this.#expect(controller.signal.aborted, `${mark} failed`),
    );
    const id = idOf(this.stage.server.asked('tools/call').at(-1));
    this.open.push({ owner, mark, id, controller });
  }

  answer(call: OpenCall): void {
    this.open.splice(this.open.indexOf(call), 1);
    this.stage.server.say(`{"jsonrpc":"2.0","id":${call.id},"result":{"mark":"${call.mark}"}}`);
  }

  progress({ id }: OpenCall): void {
    const params = `{"progressToken":${id},"progress":${++this.#count}}`;
    this.stage.server.say(`{"jsonrpc":"2.0","method":"notifications/progress","params":${params}}`);
  }

  /** The server asks something in this call; whoever gets it answers at once. */
  ask({ owner }: OpenCall): void {
    const id = `q${++this.#count}`;
    const before = this.members.map(({ asked }) => asked.length);
    const params = `{"owner":"${owner.name}"}`;
    this.stage.server.say(`{"jsonrpc":"2.0","id":"${id}","method":"elicitation/create","params":${params}}`);
    const got = this.members.filter(({ asked }, index) => asked.length > (before[index] ?? 0));
    const isCertain = new Set(this.open.map(call => call.owner)).size === 1;
    this.#expect(
      got.every(member => member === owner),
      `${got.map(({ name }) => name)} got what was for ${owner.name}`,
    );
    this.#expect(got.length === (isCertain ? 1 : 0), `${got.length} got a question, certain: ${isCertain}`);
    const question = owner.asked.at(-1);
    if (got.length > 0 && question !== undefined) {
      const reply = `{"jsonrpc":"2.0","id":${question.id},"result":{"by":"${owner.name}"}}`;
      for (const other of this.members) {
        if (other !== owner) this.#expect(!this.stage.session.respond(reply, other), `${other.name} answered it`);
      }
      this.#expect(this.stage.session.respond(reply, owner), 'its own answer was refused');
    }
    const answer = JSON.parse(this.stage.server.lines.at(-1) ?? '');
    this.#expect(answer.id === id && (answer.result?.by ?? owner.name) === owner.name, JSON.stringify(answer));
    this.#expect((answer.error === undefined) === isCertain, 'answered, or else refused');
  }

  #expect(isTrue: boolean, otherwise: string): void {
    if (!isTrue) this.mistakes.push(otherwise);
  }
}

test('whatever clients and server do, no answer, question or progress reaches another client, and none is guessed', async () => {
  const step = fc.record({
    does: fc.constantFrom('call', 'call', 'answer', 'ask', 'ask', 'progress', 'cancel'),
    n: fc.nat(20),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const world = new World();
      await world.stage.up();
      for (const { does, n } of steps) {
        const member = world.members[n % 3] ?? assert.fail();
        const call = world.open[n % Math.max(1, world.open.length)];
        if (does === 'call') world.call(member);
        else if (call === undefined) continue;
        else if (does === 'cancel') call.controller.abort();
        // Of a call that was given up a server of good manners says no more, and ours goes on asking: that is the hard case.
        else if (does === 'answer' && !call.controller.signal.aborted) world.answer(call);
        else if (does === 'ask') world.ask(call);
        else if (does === 'progress') world.progress(call);
      }
      await turn();
      assert.deepEqual(world.mistakes, []);
    }),
    { numRuns: 200 },
  );
});

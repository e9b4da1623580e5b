import assert from 'node:assert/strict';
import { resolveOptions } from '../../src/config/options.ts';
import type { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { type CallOptions, requestOf } from '../../src/session/call.ts';
import type { Finished } from '../../src/session/calls-setup.ts';
import { Catalogue, type ListDiff, type ListKind } from '../../src/session/catalogue.ts';
import type { Handshake } from '../../src/session/handshake.ts';
import { Session } from '../../src/session/session.ts';
import type { CatalogueStore } from '../../src/session/session-lists.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Asked, gone } from './desk.ts';
import { FakeServer, type FakeServerOptions, turn } from './fake-server.ts';

const CAPABILITIES =
  '{"tools":{"listChanged":true},"resources":{"subscribe":true},"prompts":{},"logging":{},"vendor":{"n":1.0}}';

/** What a modern one offers, unless a test says otherwise: nothing that it is listened to for at once. */
const MODERN = '{"tools":{},"resources":{"subscribe":true},"logging":{}}';

/** The tools of the fake server, as raw definitions. */
export const TOOLS = {
  read: '{"name":"read","annotations":{"readOnlyHint":true},"inputSchema":{"maximum":12345678901234567890}}',
  write: '{"name":"write","inputSchema":{"type":"object"}}',
  more: '{"name":"more","inputSchema":{}}',
};

/** Whole sessions of one client, over the lives of a fake server, without a reducer. */
export class Stage {
  readonly clock = new FakeClock();
  readonly session: Session;
  /** What the client has been asked and told, as raw text. */
  readonly asked: string[] = [];
  readonly told: string[] = [];
  readonly notices: string[] = [];
  readonly finished: Finished[] = [];
  readonly changes: [ListKind, ListDiff, boolean][] = [];
  readonly handshakes: Handshake[] = [];
  heard = 0;
  /** What the supervisor says to a request for a server that is away; null lets it wait. */
  refusal: HoldfastError | null = null;
  saved = 0;
  questions = 0;
  server: FakeServer = new FakeServer();

  constructor({
    store,
    hasClient = true,
    holdfast = {},
  }: { store?: Partial<CatalogueStore>; hasClient?: boolean; holdfast?: object } = {}) {
    const options = resolveOptions(holdfast, {});
    assert.ok(options !== undefined);
    this.session = new Session(
      {
        server: 'files',
        options,
        clock: this.clock,
        questionId: () => ++this.questions,
        whenAway: () => this.refusal,
        store: { load: () => new Catalogue(), save: () => void this.saved++, ...store },
        reports: {
          onHeard: () => void this.heard++,
          onFinished: finished => this.finished.push(finished),
          onCatalogue: (...change) => this.changes.push(change),
          onHandshake: handshake => this.handshakes.push(handshake),
          onNotice: text => this.notices.push(text),
        },
      },
      { protocolVersion: '2025-11-25', capabilities: { roots: {} }, clientInfo: { name: 'test', version: '1' } },
    );
    if (!hasClient) return;
    this.session.setHost({
      onRequest: text => this.asked.push(text),
      onNotification: text => this.told.push(text),
    });
  }

  /** A new process, up to the moment before it is ready. */
  async begin(tools: readonly string[] = [TOOLS.read, TOOLS.write], options?: FakeServerOptions) {
    const server = new FakeServer(options);
    this.server = server;
    const upstream = this.session.connect(server.stdin);
    server.speakTo(upstream);
    const shaken = this.session.shakeHands(upstream);
    server.answer(
      'initialize',
      `{"protocolVersion":"2025-11-25","capabilities":${CAPABILITIES},"serverInfo":{"name":"fake","version":"1.0"}}`,
    );
    await shaken;
    const fetched = this.session.fetch(upstream, 'tools');
    server.answer('tools/list', `{"tools":[${tools.join(',')}]}`);
    this.session.accept('tools', await fetched, false);
    return upstream;
  }

  /** A new process, ready. */
  async up(tools?: readonly string[], options?: FakeServerOptions): Promise<FakeServer> {
    this.session.open(await this.begin(tools, options));
    return this.server;
  }

  /** A new process that speaks 2026-07-28 alone, ready. */
  async upModern(capabilities = MODERN): Promise<FakeServer> {
    const server = new FakeServer();
    this.server = server;
    const upstream = this.session.connect(server.stdin);
    server.speakTo(upstream);
    const shaken = this.session.shakeHands(upstream);
    if (server.asked('initialize').length > 0) {
      server.refuse('initialize', -32022);
      await turn();
    }
    server.answer('server/discover', `{"supportedVersions":["2026-07-28"],"capabilities":${capabilities}}`);
    await shaken;
    this.session.open(upstream);
    await turn();
    return server;
  }

  down(isFinal = false) {
    return this.session.close(gone(), isFinal);
  }

  request(text: string, options: Partial<CallOptions> = {}): Asked {
    const ask = async () => this.session.ask(requestOf(text, 'files'), { deadline: Infinity, ...options });
    return new Asked(ask());
  }

  call(tool: string, id = '1'): Asked {
    return this.request(`{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${tool}"}}`);
  }

  /** A request that the server answers at once, with nothing. */
  async settle(method: string, params: string): Promise<void> {
    const asked = this.request(`{"jsonrpc":"2.0","id":"s","method":"${method}","params":${params}}`);
    this.server.answer(method);
    await asked.answered();
  }

  /** Methods of the notifications that the client has been told. */
  get toldMethods(): string[] {
    return this.told.map(text => JSON.parse(text).method);
  }
}

export { turn };

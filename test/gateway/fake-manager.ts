import assert from 'node:assert/strict';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import { Bridge, type OpenLink } from '../../src/gateway/bridge.ts';
import type { Link } from '../../src/gateway/bridge-calls.ts';
import type { HttpListener } from '../../src/session/http-listener.ts';
import type { KnownSession } from '../../src/session/http-session.ts';
import { parseMessage } from '../../src/session/json-text.ts';
import { FakeClock } from '../support/fake-clock.ts';

interface Said {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly data?: { readonly code: string; readonly mayHaveRun?: boolean } };
}

/** A manager that a test plays: it writes down what it is sent. */
export class FakeManager implements Link {
  /** The session that it was asked to go on with. */
  asked: KnownSession | null = null;
  known: KnownSession = { id: 'session-1', version: '2025-11-25' };
  listening = 0;
  isClosed = false;
  isFull = false;
  /** What is sent has left at once. */
  isPrompt = true;
  /** Messages that were taken back before they left. */
  withdrawn = 0;
  readonly received: Said[] = [];
  #listener: HttpListener | null = null;

  readonly open: OpenLink = (session, listener) => {
    this.asked = session;
    this.#listener = listener;
    return this;
  };

  write(text: string, { onWritten }: { onWritten?: (() => void) | undefined } = {}) {
    if (this.isFull) return null;
    this.received.push(JSON.parse(text) as Said);
    if (this.isPrompt) onWritten?.();
    const isWritten = this.isPrompt;
    return {
      withdraw: () => {
        if (!isWritten) this.withdrawn++;
        return !isWritten;
      },
    };
  }

  async listen(): Promise<void> {
    this.listening++;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  get listener(): HttpListener {
    return this.#listener ?? assert.fail('nobody has joined');
  }

  /** The methods of what it was sent so far, or "answer". */
  get methods(): string[] {
    return this.received.map(({ method }) => method ?? 'answer');
  }

  says(message: object | string): void {
    const text = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });
    const parsed = parseMessage(text);
    assert.ok(parsed.ok);
    this.listener.onMessage(parsed.envelope);
  }

  /** Answers the newest request of this method. */
  answers(method: string, result: object = {}): void {
    const request = this.received.findLast(received => received.method === method);
    this.says({ id: request?.id ?? assert.fail(`no ${method}`), result });
  }

  /** Nobody listens at its address. */
  isNowhere(): void {
    const details = { host: '127.0.0.1:1' };
    this.listener.onLost(new HoldfastError('NETWORK_REFUSED', { details }));
  }

  dies(): void {
    this.listener.onLost(new HoldfastError('CONNECTION_LOST', { details: { why: 'ECONNRESET' } }));
  }
}

/** One client behind a bridge, and what it hears. */
export class BridgedClient {
  readonly clock = new FakeClock();
  readonly heard: Said[] = [];
  readonly texts: string[] = [];
  readonly lost: boolean[] = [];
  readonly heardBefore: boolean[] = [];
  readonly notices: string[] = [];
  reads = true;
  readonly bridge = new Bridge({
    clock: this.clock,
    send: text => this.#hear(text),
    offer: text => {
      if (this.reads) this.#hear(text);
      return this.reads;
    },
    explain: error => rpcErrorOf(error, line => line, true),
    onLost: (_error, { isSessionLost, wasHeard }) => {
      this.lost.push(isSessionLost);
      this.heardBefore.push(wasHeard);
    },
    notice: text => void this.notices.push(text),
  });

  #hear(text: string): void {
    this.texts.push(text);
    this.heard.push(JSON.parse(text) as Said);
  }

  says(message: object | string): void {
    const text = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });
    const parsed = parseMessage(text);
    assert.ok(parsed.ok && parsed.envelope.kind !== 'batch');
    this.bridge.take(parsed.envelope);
  }

  calls(id: number | string, tool: string, more: object = {}): void {
    this.says({ id, method: 'tools/call', params: { name: tool, ...more } });
  }

  answer(id: unknown): Said | undefined {
    return this.heard.find(said => said.id === id && said.method === undefined);
  }

  /** The code of the error that answers a request, and whether it may have run; null where it is not answered. */
  error(id: unknown): readonly [string | undefined, boolean | undefined] | null {
    const answer = this.answer(id);
    return answer === undefined ? null : [answer.error?.data?.code, answer.error?.data?.mayHaveRun];
  }

  /** The whole beginning of a session with a first manager, which has told its tools. */
  begin(): FakeManager {
    const manager = new FakeManager();
    this.bridge.join(manager.open);
    this.says({ id: 'init', method: 'initialize', params: INITIALIZE });
    manager.answers('initialize', { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} });
    this.says({ method: 'notifications/initialized' });
    this.says({ id: 'list', method: 'tools/list' });
    const annotations = { readOnlyHint: true };
    manager.answers('tools/list', { tools: [{ name: 'safe', annotations }, { name: 'unsafe' }] });
    return manager;
  }
}

export const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};

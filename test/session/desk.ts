import assert from 'node:assert/strict';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import type { CallOptions } from '../../src/session/call.ts';
import { Calls } from '../../src/session/calls.ts';
import type { CallsOptions, Finished } from '../../src/session/calls-setup.ts';
import { parseMessage } from '../../src/session/json-text.ts';
import { Upstream } from '../../src/session/upstream.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeServer, type FakeServerOptions, turn } from './fake-server.ts';

export const gone = () =>
  new HoldfastError('PROCESS_EXITED', { details: { how: 'killed by SIGKILL' }, stderrTail: ['out of cheese'] });

/** The calls of one instance, with nothing real behind them; `read` is a safe tool, `write` is not. */
export class Desk {
  readonly clock = new FakeClock();
  readonly calls: Calls;
  readonly finished: Finished[] = [];
  /** Messages that the conversation had no use for. */
  readonly strays: string[] = [];
  upstream: Upstream | null = null;

  constructor(options: Partial<CallsOptions> = {}) {
    this.calls = new Calls({
      server: 'files',
      clock: this.clock,
      holdMs: 30_000,
      maxHeld: 256,
      maxOpen: Infinity,
      replay: 'safe',
      replays: 1,
      annotations: tool => (tool === 'read' ? { readOnlyHint: true } : {}),
      onFinished: finished => this.finished.push(finished),
      ...options,
    });
  }

  /** A new process, ready. */
  up(options?: FakeServerOptions): FakeServer {
    const server = new FakeServer(options);
    const upstream = new Upstream(server.stdin, {
      onHeard: () => {},
      onRequest: () => {},
      onNotification: envelope => void this.calls.progress(envelope),
      onStray: why => this.strays.push(why),
    });
    this.upstream = upstream;
    this.calls.open(upstream);
    return server.speakTo(upstream);
  }

  /** The process is lost, as a session takes leave of it. */
  down(isFinal = false, fault: HoldfastError | null = gone()) {
    const report = this.calls.close(fault, isFinal);
    this.upstream?.abandon(fault ?? gone());
    this.upstream = null;
    return report;
  }

  add(text: string, options: Partial<CallOptions> = {}): Asked {
    const parsed = parseMessage(text);
    assert.ok(parsed.ok && parsed.envelope.kind === 'request');
    return new Asked(this.calls.add(parsed.envelope, { deadline: Infinity, ...options }));
  }

  /** A call of a tool, with nothing special in it. */
  call(tool: 'read' | 'write', id = '1', options: Partial<CallOptions> = {}): Asked {
    return this.add(`{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${tool}"}}`, options);
  }

  get codes(): (string | null)[] {
    return this.finished.map(({ settled }) => (settled.ok ? null : settled.error.code));
  }
}

/** What its caller sees of a call. */
export class Asked {
  /** The raw answer, once there is one. */
  text: string | null = null;
  error: HoldfastError | null = null;

  constructor(answer: Promise<string>) {
    answer.then(
      text => {
        this.text = text;
      },
      (error: unknown) => {
        assert.ok(error instanceof HoldfastError, String(error));
        this.error = error;
      },
    );
  }

  async isOpen(): Promise<boolean> {
    await turn();
    return this.text === null && this.error === null;
  }

  async answered(): Promise<string> {
    await turn();
    assert.ok(this.text !== null, this.error?.code ?? 'it is still open');
    return this.text;
  }

  async failed(): Promise<HoldfastError> {
    await turn();
    assert.ok(this.error !== null, this.text ?? 'it is still open');
    return this.error;
  }
}

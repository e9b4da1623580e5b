import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import { Budget } from '../../src/gateway/budget.ts';
import { LegacySession } from '../../src/gateway/legacy-session.ts';
import { memorySessions } from '../../src/gateway/session-store.ts';
import { FakeBackend } from './fake-backend.ts';

/** A client that takes nothing, and goes when the test says so. */
class Deaf extends EventEmitter {
  destroyed = false;
  writableFinished = false;
  writableLength = 0;
  text = '';

  writeHead(): this {
    return this;
  }

  flushHeaders(): void {}

  write(text: string): void {
    this.text += text;
  }

  end(): void {}

  leave(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function setUp() {
  const budget = new Budget(1_000_000);
  const session = new LegacySession({
    id: 'id',
    principal: 'me',
    backend: new FakeBackend(),
    store: memorySessions,
    budget,
    now: () => 0,
    explain: error => rpcErrorOf(error, line => line),
    notice: text => assert.fail(text),
  });
  return { budget, session };
}

test('clients that ask for streams of an earlier run and go take nothing of what all have', () => {
  const { budget, session } = setUp();
  for (let i = 0; i < 10; i++) {
    const deaf = new Deaf();
    assert.equal(session.resume('another.1.1.MQ', deaf as unknown as ServerResponse), true);
    assert.match(deaf.text, /CONNECTION_LOST/);
    deaf.leave();
  }
  assert.equal(budget.used, 0);
});

test('a client that has hung up while its session was restored does not keep it busy', () => {
  const { session } = setUp();
  const gone = new Deaf();
  gone.leave();
  session.listen(gone as unknown as ServerResponse);
  assert.equal(session.isBusy, false);
  const here = new Deaf();
  session.listen(here as unknown as ServerResponse);
  assert.equal(session.isBusy, true);
});

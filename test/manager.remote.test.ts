import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Progress } from '../src/supervisor/client.ts';
import { CommandLine } from './cli/run-cli.ts';
import { everythingOverHttp } from './fixtures/lib/everything-http.ts';
import { fixture } from './support/fixture.ts';
import { startGateway } from './support/gateway.ts';
import { withNothingLeft } from './support/leak-check.ts';
import { manage, quick } from './support/managed.ts';

test('the official test server over HTTP: lists, progress, a question in a call, and a new session after it was killed', async t => {
  const sandbox = await withNothingLeft(t);
  let everything = await everythingOverHttp(sandbox.env);
  sandbox.later(() => everything.kill());
  const { url } = everything;
  const asked: unknown[] = [];
  const sampling = (params: unknown) => {
    asked.push(params);
    return { role: 'assistant', content: { type: 'text', text: 'from afar' }, model: 'test', stopReason: 'endTurn' };
  };
  const restart = { ...quick.restart, retries: 100, minMs: 50, maxMs: 50 };
  const spec = { url, holdfast: { restart } };
  const { manager, story, event, text } = await manage(t, { far: spec }, { sandbox, handlers: { sampling } });
  await manager.start();
  assert.deepEqual(story(), ['starting', 'ready']);
  assert.ok((await manager.listTools('far')).length >= 10);
  assert.ok((await manager.listResources('far')).length > 0);
  assert.ok((await manager.listPrompts('far')).length > 0);
  assert.match(await text('echo', { message: 'hello' }), /hello/);

  const told: Progress[] = [];
  const long = { duration: 0.4, steps: 4 };
  await manager.callTool('far', 'trigger-long-running-operation', long, { onProgress: one => told.push(one) });
  assert.deepEqual(
    told.map(({ progress }) => progress),
    [1, 2, 3, 4],
  );
  assert.match(await text('trigger-sampling-request', { prompt: 'x', maxTokens: 5 }), /from afar/);
  assert.equal(asked.length, 1);

  await everything.kill();
  const answer = text('echo', { message: 'again' });
  await event('server.down');
  everything = await everythingOverHttp(sandbox.env, everything.port);
  assert.match(await answer, /again/);
  assert.deepEqual(story().slice(-2), ['starting', 'ready']);
  assert.ok(story().every(word => !word.startsWith('survivors')));
});

test('a Holdfast behind a Holdfast: neither a killed server nor a killed manager is the business of whoever calls', async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  cli.configure({ one: fixture('well-behaved') });
  let behind = await startGateway(cli);
  const headers = { Authorization: `Bearer ${behind.token}` };
  const restart = { ...quick.restart, retries: 200, minMs: 50, maxMs: 50 };
  const spec = { url: behind.url('one'), headers, holdfast: { restart } };
  const { manager, status, story, text } = await manage(t, { far: spec }, { sandbox });
  await manager.start();
  assert.deepEqual([status().state, status().pid], ['ready', null]);
  const pid = Number(await text('pid'));
  process.kill(pid, 'SIGKILL');
  assert.notEqual(Number(await text('pid')), pid);
  assert.deepEqual(story(), ['starting', 'ready'], 'the Holdfast behind has dealt with it');

  behind.up.child.kill('SIGKILL');
  await behind.up.finished;
  const answer = text('echo', { text: 'still here' });
  behind = await startGateway(cli, '--port', String(behind.port));
  assert.equal(await answer, 'still here');
  assert.equal(status().state, 'ready');
  await manager.close();
  await behind.stop();
});

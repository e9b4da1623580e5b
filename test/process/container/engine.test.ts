import assert from 'node:assert/strict';
import { test } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { systemClock } from '../../../src/process/clock.ts';
import { callEngine, engineEnvironment, isAbsent, isObeyed } from '../../../src/process/container/engine.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { callWithoutDescriptors } from '../../support/out-of-descriptors.ts';

const env = { PATH: process.env.PATH ?? '' };
const node = (script: string) => ({ file: process.execPath, options: ['-e', script], env, cwd: process.cwd() });

test('an answer is what it wrote, in order or not', async () => {
  assert.deepEqual(await callEngine(node('console.log(process.argv[1])'), ['an id'], systemClock), {
    isDone: true,
    text: 'an id',
  });
  assert.deepEqual(await callEngine(node(''), [], systemClock), { isDone: true, text: '' });
  assert.deepEqual(await callEngine(node('console.error("no"); process.exit(1)'), [], systemClock), {
    isDone: false,
    text: 'no',
  });
  assert.deepEqual(await callEngine(node('process.exit(3)'), [], systemClock), {
    isDone: false,
    text: 'it ended with 3',
  });
});

test('a folder that is gone does not matter, a program that is gone is an answer', async () => {
  const cwd = `${process.cwd()}/no-such-folder`;
  assert.equal((await callEngine({ ...node('console.log(1)'), cwd }, [], systemClock)).text, '1');
  const { isDone, text } = await callEngine({ ...node(''), file: `${cwd}/docker` }, [], systemClock);
  assert.equal(isDone, false);
  assert.match(text, /ENOENT/);
});

test('one that does not answer is not waited for', async () => {
  const clock = new FakeClock();
  const answer = callEngine(node('setInterval(() => {}, 60_000)'), [], clock);
  await clock.advance(9_999);
  assert.equal(await Promise.race([answer, Promise.resolve('still waiting')]), 'still waiting');
  await clock.advance(1);
  assert.deepEqual(await answer, { isDone: false, text: 'it did not answer within 10 s' });
});

test('a container that is gone, or ends by itself, needs no order', () => {
  const refused = (text: string) => ({ isDone: false, text });
  for (const text of ['Error response from daemon: No such container: 1', 'Error: no such object: 1']) {
    assert.ok(isAbsent(refused(text)) && isObeyed(refused(text)));
  }
  const ending = refused('Error response from daemon: removal of container 1 is already in progress');
  assert.deepEqual([isAbsent(ending), isObeyed(ending)], [false, true]);
  assert.equal(isObeyed(refused('Error response from daemon: container 1 is not running')), true);
  const podman = 'Error: can only kill running containers. 1 is in state exited: container state improper';
  assert.equal(isObeyed(refused(podman)), true);
  assert.equal(isObeyed(refused('permission denied')), false);
});

test('an engine is given what it is found by, and no secrets of the server', () => {
  const found = {
    DOCKER_HOST: 'a',
    DOCKER_CONTEXT: 'b',
    HOME: '/',
    PATH: '/bin',
    XDG_RUNTIME_DIR: '/r',
    SystemRoot: 'C:',
  };
  const secret = { GITHUB_TOKEN: 'x', DOCKER_AUTH_CONFIG: 'y', AWS_SECRET_ACCESS_KEY: 'z' };
  assert.deepEqual(engineEnvironment({ ...found, ...secret }), found);
});

test('an engine that the system does not start is an answer, not the end of us', {
  skip: os === 'windows' && 'it takes ulimit',
}, async () => {
  const module = new URL('../../../src/process/container/engine.js', import.meta.url);
  const engine = { file: '/bin/sh', options: [], env: {}, cwd: '/' };
  assert.match(await callWithoutDescriptors(module, 'callEngine', engine, [], 'the clock'), /"isDone":false.*EMFILE/);
  // Thrown at once, unlike the refusals of the system that come later.
  const { isDone, text } = await callEngine({ ...engine, file: '/bin/s\0h' }, [], systemClock);
  assert.equal(isDone, false);
  assert.match(text, /null bytes/);
});

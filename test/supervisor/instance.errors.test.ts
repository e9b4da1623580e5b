import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ManagerOptions } from '../../src/manager.ts';
import { os } from '../../src/platform/platform.ts';
import { fault, manage, quick, type ServerSpec, served } from '../support/managed.ts';

interface Cause {
  readonly title: string;
  readonly server: ServerSpec;
  readonly code: string;
  readonly message?: RegExp;
  readonly hint?: RegExp;
  /** A line of the stderr tail. */
  readonly stderr?: RegExp;
  /** Permanent: not tried again in a burst. */
  readonly isParked?: true;
  readonly env?: ManagerOptions['env'];
}

const node = (...args: readonly string[]): ServerSpec => ({ command: process.execPath, args: [...args] });
const soon = { startup: { initializeMs: 2_000 } };

/** Each real cause with the category and the code that it must be told by. */
const causes: readonly Cause[] = [
  {
    title: 'a missing command',
    server: { command: 'no-such-command-of-holdfast', args: [] },
    code: 'process PROCESS_COMMAND_NOT_FOUND',
    message: /"no-such-command-of-holdfast"/,
    isParked: true,
  },
  {
    title: 'an exit with code 1 and a stack on stderr',
    server: served('exits-at-start'),
    code: 'process PROCESS_EXITED_AT_START',
    message: /exit code 1/,
    stderr: /^Error: cannot read properties/,
  },
  {
    title: 'a missing module',
    server: node(join('no', 'such', 'server.js')),
    code: 'process PROCESS_MODULE_MISSING',
    isParked: true,
  },
  {
    title: 'an option that Node does not know',
    server: node('--no-such-option-of-node'),
    code: 'process PROCESS_BAD_OPTION',
    message: /--no-such-option-of-node/,
    isParked: true,
  },
  {
    title: 'an option in NODE_OPTIONS that Node does not know',
    server: { ...served('well-behaved'), env: { NODE_OPTIONS: '--no-such-option-of-node' } },
    code: 'process PROCESS_BAD_OPTION',
    isParked: true,
  },
  {
    title: 'a variable that nobody set',
    server: served('needs-variable'),
    code: 'process PROCESS_VARIABLE_MISSING',
    message: /API_TOKEN_FOR_TEST/,
    hint: /under "env"/,
  },
  {
    title: 'a variable that is set here and was not passed on',
    server: served('needs-variable'),
    env: { ...process.env, API_TOKEN_FOR_TEST: 'secret' },
    code: 'process PROCESS_VARIABLE_MISSING',
    hint: /^API_TOKEN_FOR_TEST is set here but not passed/,
  },
  {
    title: 'an unset variable of the configuration',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how the configuration names a variable
    server: served('well-behaved', { env: { TOKEN: '${NO_SUCH_VARIABLE_OF_HOLDFAST}' } }),
    code: 'process PROCESS_VARIABLE_MISSING',
    message: /NO_SUCH_VARIABLE_OF_HOLDFAST/,
  },
  {
    title: 'a handshake that is never answered',
    server: served('never-initializes', { holdfast: soon }),
    code: 'connection CONNECTION_HANDSHAKE_TIMEOUT',
    message: /2000 ms/,
  },
  {
    title: 'a rejected handshake',
    server: served('rejects-initialize', { args: ['broken'] }),
    code: 'connection CONNECTION_HANDSHAKE_REJECTED',
    message: /-32603.*internal error/,
  },
  {
    title: 'a protocol version that nobody knows',
    server: served('wrong-version'),
    code: 'connection CONNECTION_PROTOCOL_VERSION',
    message: /1999-12-31/,
    isParked: true,
  },
  {
    title: 'a list of tools that does not come',
    server: served('never-reads-stdin', { holdfast: { startup: { toolsMs: 300 } } }),
    code: 'tool TOOL_LIST_TIMEOUT',
    message: /300 ms/,
  },
  {
    title: 'a list of tools that fails',
    server: served('fails-tools-list'),
    code: 'tool TOOL_LIST_FAILED',
    message: /fetch failed/,
  },
  {
    title: 'a list of tools without an end',
    server: served('endless-pages'),
    code: 'tool TOOL_LIST_FAILED',
    message: /1000 pages/,
  },
  { title: 'too many open files', server: served('emfile'), code: 'resource RESOURCE_FILES', stderr: /EMFILE/ },
  {
    title: 'no memory left',
    server: served('heap-out-of-memory'),
    code: 'resource RESOURCE_MEMORY',
    stderr: /heap out of memory/,
  },
  {
    title: 'a host name that cannot be found',
    server: served('dns-failure'),
    code: 'network NETWORK_DNS',
    message: /api\.example\.invalid/,
    stderr: /ENOTFOUND/,
  },
];

describe('a start that fails is told by its cause', { concurrency: 2 }, () => {
  for (const { title, server, code, message, hint, stderr, isParked = false, env } of causes) {
    test(`${title}: ${code}`, async t => {
      const holdfast = { restart: { ...quick.restart, retries: 1 }, ...server.holdfast };
      const { manager, status, all } = await manage(
        t,
        { one: { ...server, holdfast } },
        env === undefined ? {} : { env },
      );
      await manager.start();
      const { state, lastError, survivors } = status();
      const error = lastError as Record<'category' | 'code' | 'message' | 'hint', string> & { stderrTail?: string[] };
      assert.deepEqual([state, `${error.category} ${error.code}`, survivors], ['failed', code, []]);
      if (message !== undefined) assert.match(error.message, message);
      if (hint !== undefined) assert.match(error.hint, hint);
      if (stderr !== undefined)
        assert.ok(
          error.stderrTail?.some(line => stderr.test(line)),
          String(error.stderrTail),
        );
      if (isParked) assert.deepEqual(all('server.backoff'), [], 'a permanent cause is not tried again in a burst');
      const called = await fault(manager.callTool('one', 'echo'));
      assert.deepEqual([`${called.category} ${called.code}`, called.mayHaveRun], [code, false]);
    });
  }
});

describe('a server that dies in a call is told by its cause', { concurrency: 2 }, () => {
  const deaths = [
    ['emfile', 'resource RESOURCE_FILES'],
    ['dns-failure', 'network NETWORK_DNS'],
    ['heap-out-of-memory', 'resource RESOURCE_MEMORY'],
  ] as const;
  for (const [name, code] of deaths) {
    test(`${name}: ${code}`, async t => {
      const never = { restart: { ...quick.restart, retries: 0 }, replay: 'never' };
      const { manager, event } = await manage(t, { one: served(name, { args: ['call'], holdfast: never }) });
      await manager.start();
      const error = await fault(manager.callTool('one', 'echo', { text: 'x' }));
      assert.deepEqual([error.code, error.mayHaveRun], ['PROCESS_EXITED_DURING_CALL', true]);
      assert.ok(error.stderrTail.length > 0, 'with the last words of the server');
      const { fault: seen } = await event('server.down');
      assert.equal(`${seen.category} ${seen.code}`, code);
    });
  }

  test('an exit with code 0 in the middle is no success', async t => {
    const { manager, event, text } = await manage(t, { one: served('answers-then-exits') });
    await manager.start();
    assert.equal(await text('echo', { text: 'first' }), 'first');
    const { fault: seen, code } = await event('server.down');
    assert.deepEqual([seen.category, seen.code, code], ['process', 'PROCESS_EXITED', 0]);
    assert.equal(await text('echo', { text: 'second' }), 'second');
  });

  test('the signal that ended it is named', { skip: os === 'windows' && 'there are no signals' }, async t => {
    const { manager, kill, event } = await manage(t, { one: served('well-behaved') });
    await manager.start();
    kill('SIGSEGV');
    assert.match((await event('server.down')).fault.message, /SIGSEGV/);
  });
});

test('what a server was given to keep shows in none of its words', async t => {
  const secret = 'correct-horse-battery';
  const script = `console.error('connecting with ' + process.env.PW); console.log('hello ' + process.env.PW); setTimeout(() => process.exit(1), 50)`;
  const server = {
    command: process.execPath,
    args: ['-e', script],
    env: { PW: secret },
    holdfast: { restart: { retries: 0 } },
  };
  const managed = await manage(t, { leaky: server });
  await managed.manager.start();
  const everything = JSON.stringify([managed.manager.status(), managed.events]);
  assert.match(everything, /connecting with \[redacted\]/);
  assert.ok(!everything.includes(secret));
});

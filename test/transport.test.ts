import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import type { Transport as TransportV2 } from '@modelcontextprotocol/client';
import type { StdioServerParameters as ParametersV2 } from '@modelcontextprotocol/client/stdio';
import type { StdioServerParameters as ParametersV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Transport as TransportV1 } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { HoldfastEvent } from '../src/telemetry/events.ts';
import { type JsonRpcMessage, type SupervisedStdioOptions, SupervisedStdioTransport } from '../src/transport.ts';
import { eventually } from './support/eventually.ts';
import { fixture } from './support/fixture.ts';
import { type Sandbox, withNothingLeft } from './support/leak-check.ts';
import { quick } from './support/managed.ts';
import { projectRoot } from './support/project-root.ts';
import { type SdkClient, sdkClients } from './support/sdk-clients.ts';

interface Setup {
  readonly transport: SupervisedStdioTransport;
  readonly sandbox: Sandbox;
  readonly events: HoldfastEvent[];
  /** Kills the server, as a stranger would. */
  kill(): void;
}

async function supervise(
  t: TestContext,
  options: Partial<SupervisedStdioOptions> = fixture('well-behaved'),
): Promise<Setup> {
  const sandbox = await withNothingLeft(t);
  const events: HoldfastEvent[] = [];
  const transport = new SupervisedStdioTransport({
    ...fixture('well-behaved'),
    stderr: 'ignore',
    onEvent: event => events.push(event),
    ...options,
    env: { ...sandbox.env, ...options.env },
    holdfast: { ...quick, ...options.holdfast },
  });
  sandbox.later(() => transport.close());
  const kill = () => {
    const { pid } = transport;
    assert.ok(pid !== null);
    process.kill(pid, 'SIGKILL');
  };
  return { transport, sandbox, events, kill };
}

const everything = (): Partial<SupervisedStdioOptions> => ({
  command: process.execPath,
  args: [
    join(projectRoot(), 'node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js'),
    'stdio',
  ],
});

for (const [sdk, create] of sdkClients) {
  const connect = async (
    t: TestContext,
    options?: Partial<SupervisedStdioOptions>,
  ): Promise<Setup & { client: SdkClient }> => {
    const setup = await supervise(t, options);
    const client = create();
    await client.connect(setup.transport);
    return { ...setup, client };
  };

  describe(sdk, { concurrency: 2 }, () => {
    test('a client lists and calls as it does without supervision', async t => {
      const { client, transport } = await connect(t);
      assert.equal(client.serverName(), 'well-behaved');
      assert.ok((await client.tools()).includes('echo'));
      assert.equal(await client.call('echo', { text: 'hello' }), 'hello');
      assert.equal(await client.call('pid'), String(transport.pid));
    });

    test('the server is initialized with what the client said of itself, on every life', async t => {
      const { client, kill, events } = await connect(t);
      const initialize = async () =>
        (JSON.parse(await client.call('session-info')) as { initialize: { clientInfo: object; capabilities: object } })
          .initialize;
      const before = await initialize();
      assert.deepEqual(before.clientInfo, { name: 'sdk-test', version: '1.2.3' });
      assert.ok('sampling' in before.capabilities);
      kill();
      await eventually(() => events.filter(({ type }) => type === 'server.ready').length === 2, { what: 'a new life' });
      assert.deepEqual(await initialize(), before);
    });

    test('progress, sampling and elicitation find their way', async t => {
      const { client } = await connect(t);
      const steps: number[] = [];
      const onprogress = ({ progress }: { progress: number }) => void steps.push(progress);
      assert.equal(await client.call('progress', { steps: 3, ms: 5 }, { onprogress }), '3 steps');
      assert.deepEqual(steps, [1, 2, 3]);
      assert.match(await client.call('ask-sampling'), /fine, thank you/);
      assert.match(await client.call('ask-elicitation'), /Ada/);
    });

    test('a call that the client cancels is cancelled at the server, and nothing comes back', async t => {
      const { client, transport, events } = await connect(t);
      const errors: Error[] = [];
      const own = transport.onerror;
      transport.onerror = error => {
        errors.push(error);
        own?.(error);
      };
      const controller = new AbortController();
      const call = client.call('slow', { ms: 60_000 }, { signal: controller.signal });
      await eventually(() => transport.status().inFlight === 1, { what: 'the call to be under way' });
      controller.abort();
      await assert.rejects(call);
      await eventually(() => events.some(event => event.type === 'call.finished' && event.outcome === 'cancelled'), {
        what: 'the cancellation',
      });
      const told = JSON.parse(await client.call('session-info')) as { received: unknown };
      assert.match(JSON.stringify(told.received), /notifications\/cancelled/);
      assert.deepEqual(errors, []);
    });

    test('the server is killed again and again, and the client goes on', async t => {
      const { client, transport, kill, events } = await connect(t);
      await client.setLogLevel('error');
      const pids = new Set<number | null>();
      for (let life = 1; life <= 3; life++) {
        assert.equal(await client.call('echo', { text: `life ${life}` }), `life ${life}`);
        pids.add(transport.pid);
        kill();
        await eventually(() => events.filter(({ type }) => type === 'server.down').length === life, {
          what: 'its end',
        });
        assert.ok((await client.tools()).length > 10, 'a list is answered whether it is there or not');
      }
      assert.equal(await client.call('log-level'), 'error');
      assert.equal(pids.size, 3);
      assert.deepEqual(client.heard, [], 'the client has noticed nothing');
    });

    test('a safe call is repeated after a crash, and a warning says that the memory is lost', async t => {
      const { client, kill, transport } = await connect(t);
      const call = client.call('slow', { ms: 500 });
      await eventually(() => transport.status().inFlight === 1, { what: 'the call to be under way' });
      kill();
      assert.equal(await call, 'at last');
      assert.deepEqual(client.heard, ['warning holdfast']);
    });

    test('a call that may have run is rejected with what the host can act on', async t => {
      const { client } = await connect(t, { ...fixture('well-behaved'), name: 'files' });
      await assert.rejects(client.call('crash', { code: 3 }), (error: Error & { code?: unknown; data?: unknown }) => {
        assert.equal(error.code, -31000);
        assert.match(error.message, /exit code 3/);
        const { code, category, mayHaveRun, server, hint } = error.data as Record<string, unknown>;
        assert.deepEqual(
          { code, category, mayHaveRun, server },
          { code: 'PROCESS_EXITED_DURING_CALL', category: 'process', mayHaveRun: true, server: 'files' },
        );
        assert.equal(typeof hint, 'string');
        return true;
      });
      assert.equal(await client.call('echo', { text: 'still here' }), 'still here');
    });

    test("the server's own errors pass as they are", async t => {
      const { client } = await connect(t);
      await assert.rejects(client.call('rpc-error'), (error: Error & { code?: unknown; data?: unknown }) => {
        assert.equal(error.code, -31234);
        assert.match(error.message, /boom/);
        assert.deepEqual(error.data, { why: 'as asked' });
        return true;
      });
    });

    test('a command that is not there fails connect at once, with a hint', async t => {
      const { transport } = await supervise(t, { command: 'holdfast-has-no-such-command', args: [] });
      await assert.rejects(create().connect(transport), (error: Error & { data?: unknown }) => {
        assert.match(error.message, /cannot find the command "holdfast-has-no-such-command"/);
        const { code, hint } = error.data as Record<string, unknown>;
        assert.equal(code, 'PROCESS_COMMAND_NOT_FOUND');
        assert.match(String(hint), /install/);
        return true;
      });
    });

    test('close ends the server, rejects what is open, and tells the client once', async t => {
      const { client, transport, sandbox } = await connect(t);
      let closed = 0;
      const own = transport.onclose;
      transport.onclose = () => {
        closed++;
        own?.();
      };
      const open = assert.rejects(client.call('hang'));
      await eventually(() => transport.status().inFlight === 1, { what: 'the call to be under way' });
      await client.close();
      await transport.close();
      await open;
      assert.equal(closed, 1);
      assert.equal(transport.pid, null);
      assert.deepEqual(await sandbox.living(), []);
      await assert.rejects(transport.send({ jsonrpc: '2.0', method: 'notifications/x' }), /closed/);
    });

    test('server-everything: tools, progress, sampling and elicitation before and after a kill', async t => {
      const { client, kill, events } = await connect(t, everything());
      const round = async () => {
        const steps: number[] = [];
        const onprogress = ({ progress }: { progress: number }) => void steps.push(progress);
        assert.match(await client.call('get-sum', { a: 2, b: 3 }), /5/);
        await client.call('trigger-long-running-operation', { duration: 0.2, steps: 4 }, { onprogress });
        assert.ok(steps.length >= 3, `${steps.length} of 4 steps`);
        assert.match(
          await client.call('trigger-sampling-request', { prompt: 'how are you?', maxTokens: 10 }),
          /fine, thank you/,
        );
        assert.match(await client.call('trigger-elicitation-request'), /Ada/);
        return client.tools();
      };
      const before = await round();
      kill();
      await eventually(() => events.filter(({ type }) => type === 'server.ready').length === 2, { what: 'a new life' });
      assert.deepEqual(await round(), before);
    });
  });
}

const initialize = (id: number): JsonRpcMessage => ({
  jsonrpc: '2.0',
  id,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});

/** The transport without a client on it: what it is sent, and what it gives back. */
async function raw(t: TestContext, options?: Partial<SupervisedStdioOptions>) {
  const setup = await supervise(t, options);
  const messages: JsonRpcMessage[] = [];
  setup.transport.onmessage = message => void messages.push(message);
  const ask = async (message: JsonRpcMessage): Promise<JsonRpcMessage> => {
    await setup.transport.send(message);
    const found = () => messages.find(({ id, method }) => id === message.id && method === undefined);
    return (await eventually(found, { what: `the answer to ${message.method}` })) as JsonRpcMessage;
  };
  const codeOf = async (message: JsonRpcMessage) => ((await ask(message)).error as { code: number }).code;
  return { ...setup, messages, ask, codeOf };
}

describe('the transport by itself', { concurrency: 2 }, () => {
  test('its types are those of both SDKs, which it does not import', () => {
    const given = new SupervisedStdioTransport({ command: 'x' });
    const transports: [TransportV1, TransportV2] = [given, given];
    const fromV1 = (parameters: ParametersV1): SupervisedStdioOptions => parameters;
    const fromV2 = (parameters: ParametersV2): SupervisedStdioOptions => parameters;
    // A host that reads the messages itself types its handler by the SDK.
    given.onmessage = (message: JSONRPCMessage) => message.jsonrpc;
    assert.equal(transports.length, 2);
    for (const accept of [fromV1, fromV2]) assert.ok(accept({ command: 'x' }));
  });

  test('mistakes in the options are told by the constructor, all at once', () => {
    const holdfast = { replay: 'always', restart: { retires: 1 } } as object;
    assert.throws(
      () => new SupervisedStdioTransport({ command: '', holdfast }),
      (error: Error & { issues?: { key: string }[] }) => {
        assert.equal(error.name, 'ConfigError');
        assert.equal(error.issues?.length, 3);
        return true;
      },
    );
    assert.throws(() => new SupervisedStdioTransport({ command: 'x', stderr: 'loud' as 'pipe' }), /"stderr"/);
  });

  test('what looks like a variable reaches the server as it is written', async t => {
    const { transport, ask } = await raw(t, {
      ...fixture('well-behaved', `\${NOT_SET_ANYWHERE}`),
      env: { TEMPLATE: `\${userHome}` },
    });
    await transport.start();
    assert.equal((await ask(initialize(1))).error, undefined);
    const call = (id: number, name: string) => ask({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });
    assert.match(JSON.stringify(await call(2, 'session-info')), /\$\{NOT_SET_ANYWHERE\}/);
    assert.match(JSON.stringify(await call(3, 'environment')), /\$\{userHome\}/);
  });

  test('nothing is sent before it is started, and it is started once', async t => {
    const { transport } = await raw(t);
    await assert.rejects(transport.send(initialize(1)), /not started/);
    await transport.start();
    await assert.rejects(transport.start(), /started before/);
    assert.equal(transport.pid, null, 'the server waits for initialize');
  });

  test('the conversation begins with initialize, and it comes once', async t => {
    const { transport, ask, codeOf } = await raw(t);
    await transport.start();
    assert.equal(await codeOf({ jsonrpc: '2.0', id: 'a', method: 'tools/list' }), -32600);
    assert.equal(await codeOf({ jsonrpc: '2.0', id: 'b', method: 'server/discover' }), -32601);
    const { result } = await ask(initialize(1));
    assert.equal((result as { serverInfo: { name: string } }).serverInfo.name, 'well-behaved');
    assert.equal(await codeOf(initialize(2)), -32600);
  });

  test('a server that asks while it starts gets its answer from the client', async t => {
    const { transport, messages, ask } = await raw(t, fixture('asks-during-initialize'));
    await transport.start();
    assert.ok((await ask(initialize(1))).result);
    assert.deepEqual(
      messages.map(({ method }) => method),
      ['roots/list', undefined],
    );
  });

  test('a server that has failed for good leaves the transport open, and initialize may be tried again', async t => {
    const { transport, events, codeOf } = await raw(t, fixture('exits-at-start'));
    const errors: Error[] = [];
    let closed = 0;
    transport.onerror = error => errors.push(error);
    transport.onclose = () => closed++;
    await transport.start();
    assert.equal(await codeOf(initialize(1)), -31000);
    assert.equal(await codeOf(initialize(2)), -31000);
    assert.equal(events.filter(({ type }) => type === 'server.failed').length, 2);
    assert.equal(errors.length, 2);
    assert.equal(closed, 0);
    assert.equal(transport.status().state, 'failed');
  });

  test('close while the server starts leaves nothing', async t => {
    const { transport, sandbox } = await raw(t, fixture('never-initializes'));
    await transport.start();
    await transport.send(initialize(1));
    await eventually(() => transport.pid !== null, { what: 'its process' });
    await transport.close();
    assert.deepEqual(await sandbox.living(), []);
  });

  test('a handler of the client that throws is told by onerror, and nothing else stops', async t => {
    const { transport, ask } = await raw(t);
    const errors: Error[] = [];
    const own = transport.onmessage?.bind(transport);
    transport.onerror = error => errors.push(error);
    transport.onmessage = message => {
      if (message.id === 1) throw new Error('not this one');
      own?.(message);
    };
    await transport.start();
    await transport.send(initialize(1));
    await eventually(() => errors.length === 1, { what: 'the error' });
    assert.ok((await ask({ jsonrpc: '2.0', id: 2, method: 'ping' })).result);
  });

  const speaks = fixture('floods-stderr');
  test('stderr goes where the SDK would have it go', async t => {
    const stream = new PassThrough();
    const { transport, ask } = await raw(t, { ...speaks, stderr: stream });
    await transport.start();
    await ask(initialize(1));
    assert.equal(transport.stderr, null);
    await eventually(() => stream.readableLength > 0, { what: 'its first words' });
  });

  test('stderr as a pipe may be read before the start, and ends with close', async t => {
    const { transport, ask } = await raw(t, { ...speaks, stderr: 'pipe' });
    const { stderr } = transport;
    assert.ok(stderr instanceof PassThrough);
    let text = '';
    stderr.setEncoding('utf8').on('data', chunk => {
      if (text.length < 1_000) text += String(chunk);
    });
    const ended = new Promise(resolve => stderr.once('end', resolve));
    await transport.start();
    await ask(initialize(1));
    await eventually(() => text.length > 0, { what: 'its first words' });
    await transport.close();
    await ended;
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { EVENTS, type Exchange, HttpServer, JSON_TYPE, writeEvent } from '../fixtures/lib/http-server.ts';
import { ModernHttp } from '../fixtures/lib/modern-http.ts';
import { eventually } from '../support/eventually.ts';
import { manage, quick } from '../support/managed.ts';

/** The same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** What a server may do with a call: `run` carries it out. */
type Deed = (exchange: Exchange, run: () => object, server: HttpServer) => void;

const deeds: readonly Deed[] = [
  (exchange, run, server) => server.reply(exchange, run()),
  ({ message, response }, run) => {
    response.writeHead(200, EVENTS);
    writeEvent(response, { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } });
    writeEvent(response, { jsonrpc: '2.0', id: message.id, result: run() });
    response.end();
  },
  ({ response }, run) => {
    run();
    response.destroy();
  },
  ({ response }) => response.destroy(),
  ({ response }, run) => {
    run();
    response.writeHead(200, EVENTS).write(': x\n\n', () => response.destroy());
  },
  ({ response }, run) => {
    run();
    response.writeHead(200, JSON_TYPE).write('{"jsonrpc":', () => response.destroy());
  },
  ({ response }, run) => {
    run();
    response.writeHead(500).end('out of order');
  },
  (_exchange, run, server) => {
    run();
    server.drop();
  },
  ({ response }) => response.writeHead(429, { 'retry-after': '1' }).end(),
  ({ response }, run) => {
    run();
    response.writeHead(504).end('<html>');
  },
  ({ response }, _, server) => {
    server.forget();
    response.writeHead(404).end();
  },
  ({ message, response }, run) => {
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ jsonrpc: '2.0', id: String(message.id), result: run() }));
  },
  ({ response }, run) => {
    run();
    response.writeHead(200, JSON_TYPE).end('not JSON');
  },
];

const eras = [
  { era: 'with sessions', calls: 400, unsafe: 'change', start: () => HttpServer.start() },
  { era: 'without sessions', calls: 200, unsafe: 'mirrors', start: async () => (await ModernHttp.start()).http },
] as const;

for (const { era, calls, unsafe, start } of eras)
  test(`whatever a remote server ${era} does, each call has one end, and what is not safe never runs twice`, async t => {
    const seed = 20_261_127;
    const random = numbers(seed);
    const server = await start();
    t.after(() => server.close());
    const restart = { ...quick.restart, retries: 10_000 };
    const { manager, sandbox, all } = await manage(t, {
      far: { url: server.url, holdfast: { restart, callTimeoutMs: 20_000, health: { pingMs: 2_000 } } },
    });
    sandbox.later(() => eventually(() => server.connections === 0, { what: 'every connection to be closed' }));
    sandbox.later(() => manager.close());
    await manager.start();

    const runs = new Map<string, number>();
    const take = server.intercept;
    server.intercept = exchange => {
      const { method, params } = exchange.message;
      if (exchange.verb !== 'POST' || method !== 'tools/call') return take(exchange);
      const session = exchange.headers['mcp-session-id'];
      if (era === 'with sessions' && !server.sessions.has(String(session))) return false;
      const { text } = (params?.arguments ?? {}) as { readonly text: string };
      const run = () => {
        runs.set(text, (runs.get(text) ?? 0) + 1);
        return { content: [{ type: 'text', text }] };
      };
      // Half of them are well.
      const deed = random() < 0.5 ? deeds[0] : deeds[Math.floor(random() * deeds.length)];
      deed?.(exchange, run, server);
      return true;
    };

    const outcomes = { answered: 0, rejected: 0 };
    const one = async (number: number) => {
      const isSafe = number % 2 === 0;
      const text = `call ${number}`;
      try {
        const { content } = await manager.callTool('far', isSafe ? 'echo' : unsafe, { text });
        assert.equal(content[0]?.text, text, 'the answer is its own');
        assert.ok((runs.get(text) ?? 0) >= 1);
        outcomes.answered++;
      } catch (error) {
        assert.ok(error instanceof HoldfastError, String(error));
        assert.notEqual(error.mayHaveRun, undefined, `${error.code} says whether it may have run`);
        if (error.mayHaveRun === false) assert.equal(runs.get(text) ?? 0, 0, `${text}: ${error.code}`);
        assert.notEqual(error.code, 'TOOL_CALL_TIMEOUT', 'nothing hangs');
        outcomes.rejected++;
      }
      if (!isSafe) assert.ok((runs.get(text) ?? 0) <= 1, `${text} ran ${runs.get(text)} times (seed ${seed})`);
    };
    let next = 0;
    const client = async () => {
      while (next < calls) await one(next++);
    };
    await Promise.all(Array.from({ length: 8 }, client));
    t.diagnostic(`${JSON.stringify(outcomes)}, ${all('server.ready').length} sessions`);
    assert.equal(outcomes.answered + outcomes.rejected, calls);
    assert.ok(outcomes.answered > calls / 4);
    if (era === 'with sessions') assert.ok(all('server.ready').length > 2);
  });

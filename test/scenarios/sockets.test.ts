// A stop gives back every socket: listener, streams, idle connections, and those to remote servers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createManager } from '../../src/manager.ts';
import { os } from '../../src/platform/platform.ts';
import { CommandLine } from '../cli/run-cli.ts';
import { HttpServer } from '../fixtures/lib/http-server.ts';
import type { Message } from '../fixtures/lib/protocol.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { HttpSession, textOf } from '../support/http-session.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';
import { ownSockets, type SocketRow, tcpSockets } from '../support/sockets.ts';

checkBeforeAndAfter();

const LISTENING = '0A';
const TIME_WAIT = '06';

async function remote(t: TestContext): Promise<{ readonly far: HttpServer; readonly port: number }> {
  const far = await HttpServer.start();
  t.after(() => far.close());
  return { far, port: Number(new URL(far.url).port) };
}

/** Clients with everything that a client can have open: a stream, an idle connection, and a call that nobody answers. */
async function connect(
  url: string,
  far: HttpServer,
  token: string | null,
): Promise<{ readonly sessions: readonly HttpSession[]; readonly pending: readonly Promise<Message>[] }> {
  const names = ['a', 'b', 'c'];
  const sessions = await Promise.all(names.map(name => HttpSession.open({ url, token, name })));
  for (const session of sessions) {
    await session.listen();
    assert.equal(textOf(await session.call('echo', { text: 'hello' })), 'hello');
  }
  const pending = sessions.map(session => session.call('wait'));
  const waiting = () => far.received.filter(({ message }) => message.params?.name === 'wait').length;
  await eventually(() => waiting() === names.length, { what: 'the calls to reach the server' });
  return { sessions, pending };
}

const codeOf = ({ error }: Message) => (error?.data as { code?: string } | undefined)?.code;

describe('after a stop', { skip: os !== 'linux' && 'the kernel is asked in the way of Linux' }, () => {
  test('a manager in our own process holds no socket, and the kernel knows none in use', async t => {
    const { far, port: farPort } = await remote(t);
    const before = ownSockets();
    const manager = await createManager({ config: { mcpServers: { far: { url: far.url } } } });
    await manager.start();
    const { url, port } = await manager.listen({ port: 0, token: null });
    // Our side of each connection, not that of the clients and the remote server, which are in this process, too.
    const isOurs = ({ localPort, remotePort }: SocketRow) => localPort === port || remotePort === farPort;
    const held = () => {
      const own = ownSockets();
      return tcpSockets().filter(row => isOurs(row) && own.has(row.inode));
    };
    const { sessions, pending } = await connect(new URL('/servers/far/mcp', url).href, far, null);
    assert.equal(held().filter(({ state }) => state === LISTENING).length, 1);
    assert.ok(held().filter(({ localPort }) => localPort === port).length > 3, 'the listener, streams and calls');
    assert.ok(held().filter(({ remotePort }) => remotePort === farPort).length > 1, 'the stream and calls upstream');

    await manager.close();
    assert.deepEqual(held(), []);
    for (const answer of await Promise.all(pending)) assert.equal(typeof codeOf(answer), 'string');
    for (const session of sessions) session.hangUp();
    const inUse = () => tcpSockets().filter(row => isOurs(row) && row.state !== TIME_WAIT);
    await eventually(() => inUse().length === 0, { what: 'the other ends to go' });
    await eventually(() => [...ownSockets()].every(inode => before.has(inode)), { what: 'the sockets of before' });
  });

  test('the port of the program is free at once, and nothing of it is left upstream', async t => {
    const sandbox = await withNothingLeft(t);
    const { far, port: farPort } = await remote(t);
    const cli = new CommandLine(sandbox);
    cli.configure({ far: { url: far.url } });
    const gateway = await startGateway(cli);
    const { sessions, pending } = await connect(gateway.url('far'), far, gateway.token);
    sandbox.later(() => {
      for (const session of sessions) session.hangUp();
    });
    const settled = Promise.allSettled(pending);
    await gateway.stop(130);
    const next = createServer().listen({ host: '127.0.0.1', port: gateway.port, exclusive: true });
    await once(next, 'listening');
    next.close();
    await settled;
    const left = () =>
      tcpSockets().filter(
        ({ localPort, remotePort, state }) =>
          (localPort === gateway.port || remotePort === farPort) && state !== TIME_WAIT,
      );
    await eventually(() => left().length === 0, { what: 'the other ends to go' });
  });
});

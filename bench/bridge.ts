// node bridge.js COMMAND [ARG…]: the least that serves a stdio server over Streamable HTTP: one process per session, no supervision,
// no checks. What the gateway costs is measured against it, and what a server itself answers is asked through it.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

interface Session {
  readonly child: ChildProcess;
  readonly write: (line: string) => void;
  /** The answers that are awaited, by request id, the newest last. */
  readonly open: Map<unknown, ServerResponse>;
  /** The GET stream. */
  rest: ServerResponse | undefined;
}

const sessions = new Map<string, Session>();
const [command = '', ...args] = process.argv.slice(2);

function begin(): Session {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const session: Session = { child, write: line => child.stdin.write(line), open: new Map(), rest: undefined };
  createInterface({ input: child.stdout }).on('line', line => {
    const { id, method } = JSON.parse(line) as { id?: unknown; method?: string };
    const response = method === undefined ? session.open.get(id) : ([...session.open.values()].at(-1) ?? session.rest);
    if (method === undefined) session.open.delete(id);
    else if (response?.headersSent === false) stream(response);
    if (response?.headersSent) response.write(`event: message\ndata: ${line}\n\n`);
    if (method !== undefined || response === undefined) return;
    if (!response.headersSent) response.setHeader('content-type', 'application/json').write(line);
    response.end();
  });
  return session;
}

const stream = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders();

const server = createServer(async (request, response) => {
  const body = request.method === 'POST' ? await text(request) : '';
  const { id, method } = JSON.parse(body || '{}') as { id?: unknown; method?: string };
  const name = method === 'initialize' ? randomUUID() : String(request.headers['mcp-session-id']);
  if (method === 'initialize') sessions.set(name, begin());
  const session = sessions.get(name);
  if (session === undefined) return response.writeHead(404).end();
  response.setHeader('mcp-session-id', name);
  if (request.method === 'GET') {
    session.rest = response;
    return stream(response);
  }
  if (request.method === 'DELETE') {
    session.child.kill();
    sessions.delete(name);
    return response.end();
  }
  if (id === undefined || method === undefined) response.writeHead(202).end();
  else session.open.set(id, response);
  // Outside of strings, where JSON has no line feeds, they are only white space.
  session.write(`${body.replaceAll('\n', ' ')}\n`);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`));
process.once('SIGTERM', () => process.exit());
process.on('exit', () => {
  for (const { child } of sessions.values()) child.kill('SIGKILL');
});

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Message, Params } from '../fixtures/lib/protocol.ts';
import type { FixtureCommand } from './fixture.ts';

export type { Message, Params } from '../fixtures/lib/protocol.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RawClientOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Answers the server's requests, by method; others get -32601. Default: `ping` and `roots/list`. */
  readonly answers?: Readonly<Record<string, (params: Params) => unknown>>;
  /** How long `waitFor` and `request` wait; default 30,000. */
  readonly timeoutMs?: number;
}

interface Waiter {
  /** True when it is done. */
  readonly check: () => boolean;
  readonly fail: (error: Error) => void;
}

const ANSWERS = { ping: () => ({}), 'roots/list': () => ({ roots: [{ uri: 'file:///test', name: 'test' }] }) };

/** A minimal MCP client over the pipes of a process that it starts. It hides nothing: every byte and message can be looked at. */
export class RawClient {
  readonly child: ChildProcessWithoutNullStreams;
  /** Every message, in order. */
  readonly messages: Message[] = [];
  /** Every line of stdout, without its newline. */
  readonly lines: Buffer[] = [];
  /** The lines that are no JSON-RPC messages. */
  readonly junk: string[] = [];
  /** Everything on stderr. */
  stderr = '';
  /** Resolves when the process has exited; its pipes may still be open. */
  readonly exited: Promise<Exit>;
  /** Whether stdout has ended. */
  ended = false;
  readonly #options: RawClientOptions;
  readonly #waiters = new Set<Waiter>();
  #rest: Buffer[] = [];
  #exit: Exit | undefined;
  #ids = 0;

  constructor(fixture: FixtureCommand, options: RawClientOptions = {}) {
    this.#options = options;
    this.child = spawn(fixture.command, fixture.args, {
      env: { ...process.env, ...options.env },
      windowsHide: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.child.stdout.once('end', () => {
      this.ended = true;
      this.#settle();
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#settle();
    });
    // A server that dies while we write is a finding, not a failure of the test: `exited` tells it.
    this.child.stdin.on('error', () => {});
    this.child.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
      this.#exit = { code, signal };
      this.#settle();
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the fixture was not started');
    return this.child.pid;
  }

  /** A message, or a line as it is; the newline is added. */
  send(message: object | string): void {
    const line = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });
    this.child.stdin.write(`${line}\n`);
  }

  notify(method: string, params: Params = {}): void {
    this.send({ method, params });
  }

  /** Sends a request and returns its id, without waiting for the answer. */
  ask(method: string, params: Params = {}): number {
    const id = ++this.#ids;
    this.send({ id, method, params });
    return id;
  }

  /** The first answer to a request that was sent with `ask`, also one that has come already. */
  answer(id: unknown): Promise<Message> {
    return this.waitFor(message => message.id === id && message.method === undefined, `the answer to request ${id}`);
  }

  /** Resolves with the whole answer, also where it is an error. */
  request(method: string, params: Params = {}): Promise<Message> {
    return this.answer(this.ask(method, params));
  }

  call(name: string, args: Params = {}): Promise<Message> {
    return this.request('tools/call', { name, arguments: args });
  }

  /** The text of the first content block of a call's result; fails on an error. */
  async callText(name: string, args: Params = {}): Promise<string> {
    const { result, error } = await this.call(name, args);
    const text = (result as { content?: { text?: unknown }[] } | undefined)?.content?.[0]?.text;
    if (typeof text !== 'string') throw new Error(`no text from ${name}: ${JSON.stringify(error ?? result)}`);
    return text;
  }

  /** The whole handshake; resolves with the answer to `initialize`. */
  async initialize(params: Params = {}): Promise<Message> {
    const info = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
    const answer = await this.request('initialize', { ...info, ...params });
    if (!answer.error) this.send({ method: 'notifications/initialized' });
    return answer;
  }

  /** The names of all tools, over all pages. */
  async toolNames(): Promise<string[]> {
    const names: string[] = [];
    let cursor: unknown;
    do {
      const { result } = await this.request('tools/list', cursor === undefined ? {} : { cursor });
      const page = result as { tools: { name: string }[]; nextCursor?: string };
      names.push(...page.tools.map(tool => tool.name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return names;
  }

  /** The first message, of those that came and those to come, that fits. Rejects when the server ends without it. */
  async waitFor(fits: (message: Message) => boolean, what = 'a message'): Promise<Message> {
    let found: Message | undefined;
    let seen = 0;
    await this.until(() => {
      while (!found && seen < this.messages.length) {
        const message = this.messages[seen++];
        if (message && fits(message)) found = message;
      }
      return found !== undefined;
    }, what);
    if (!found) throw new Error(`no ${what}`);
    return found;
  }

  /** Resolves once `check` is true; it is asked again whenever something arrives. Rejects when the server ends before. */
  until(check: () => boolean, what: string): Promise<void> {
    if (check()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const fail = (error: Error) => {
        done();
        reject(error);
      };
      const timeoutMs = this.#options.timeoutMs ?? 30_000;
      const timer = setTimeout(() => fail(new Error(`waited ${timeoutMs} ms in vain for ${what}`)), timeoutMs);
      const waiter: Waiter = {
        check: () => {
          if (!check()) return false;
          done();
          resolve();
          return true;
        },
        fail,
      };
      this.#waiters.add(waiter);
      this.#settle();
    });
  }

  /** Ends stdin and waits for the exit. */
  end(): Promise<Exit> {
    this.child.stdin.end();
    return this.exited;
  }

  /** Kills the process, whatever it does, and waits for its exit. The pipes are let go, whoever else holds them. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    this.child.kill(signal);
    const exit = await this.exited;
    for (const pipe of this.child.stdio) pipe?.destroy();
    return exit;
  }

  #receive(chunk: Buffer): void {
    const parts = splitLines(chunk);
    this.#rest.push(parts.pop() ?? Buffer.alloc(0));
    if (parts.length === 0) return;
    const tail = this.#rest.pop() ?? Buffer.alloc(0);
    const first = Buffer.concat([...this.#rest, parts.shift() ?? Buffer.alloc(0)]);
    this.#rest = [tail];
    for (const line of [first, ...parts]) this.#line(line);
    this.#settle();
  }

  #line(line: Buffer): void {
    this.lines.push(line);
    const message = parse(line.toString());
    if (!message) {
      this.junk.push(line.toString());
      return;
    }
    this.messages.push(message);
    if (message.method === undefined || message.id === undefined) return;
    const { id, method, params = {} } = message;
    const run = this.#options.answers?.[method] ?? (ANSWERS as Record<string, () => unknown>)[method];
    if (run) this.send({ id, result: run(params) });
    else this.send({ id, error: { code: -32601, message: `method not found: ${method}` } });
  }

  #settle(): void {
    for (const waiter of this.#waiters) {
      if (waiter.check() || !this.#exit) continue;
      waiter.fail(new Error(`the server ended (${this.#exit.code ?? this.#exit.signal}); its stderr:\n${this.stderr}`));
    }
  }
}

function splitLines(chunk: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
    parts.push(chunk.subarray(from, at));
    from = at + 1;
  }
  parts.push(chunk.subarray(from));
  return parts;
}

function parse(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && 'jsonrpc' in value ? (value as Message) : undefined;
  } catch {
    // Reported as junk: whether that is right is for the test to say.
    return undefined;
  }
}

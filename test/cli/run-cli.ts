// Runs the compiled command line as its users do: in a process of its own, with a home of its own.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ErrorBody } from '../../src/cli/render/error.ts';
import type { StatusReport } from '../../src/daemon/control-routes.ts';
import type { ConfigIssue } from '../../src/errors/config-error.ts';
import type { Listed } from '../../src/supervisor/lists.ts';
import type { ServerStatus } from '../../src/supervisor/status.ts';
import { eventually } from '../support/eventually.ts';
import { fixture } from '../support/fixture.ts';
import type { Sandbox } from '../support/leak-check.ts';
import { RawClient, type RawClientOptions } from '../support/raw-client.ts';
import type { StdioCommand } from '../support/sdk-stdio.ts';

const own = fileURLToPath(import.meta.url);
const main = fileURLToPath(new URL(`../../src/cli/main${extname(own)}`, import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly finished: Promise<Finished>;
  /** Resolves with the first line so far or to come that matches. */
  line(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string>;
}

/** The command line in a folder; what still runs at the end of the test is killed. */
export class CommandLine {
  readonly folder: string;
  readonly #sandbox: Sandbox;
  readonly #env: Record<string, string>;

  constructor(sandbox: Sandbox, env: Readonly<Record<string, string>> = {}) {
    this.#sandbox = sandbox;
    this.folder = sandbox.folder;
    const home = join(sandbox.folder, 'home');
    mkdirSync(home, { recursive: true });
    const kept = ['PATH', 'Path', 'SystemRoot', 'SYSTEMROOT', 'ComSpec', 'TEMP', 'TMP', 'NODE_V8_COVERAGE'];
    const inherited = kept.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
    const homes = { HOME: home, USERPROFILE: home, APPDATA: home, LOCALAPPDATA: home };
    this.#env = { ...Object.fromEntries(inherited), ...homes, ...sandbox.env, ...env };
  }

  /** Writes `holdfast.json` with these servers, each marked as belonging to the test, and an endpoint on a port of its own. */
  configure(servers: Readonly<Record<string, object>>, more: object = {}): string {
    const { env } = this.#sandbox;
    const marked = Object.entries(servers).map(([name, server]) => [name, { env, ...server }]);
    const file = join(this.folder, 'holdfast.json');
    writeFileSync(
      file,
      JSON.stringify({ mcpServers: Object.fromEntries(marked), holdfast: { gateway: { port: 0 } }, ...more }),
    );
    return file;
  }

  start(...args: readonly string[]): Running {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: this.folder,
      env: this.#env,
    });
    this.#sandbox.later(() => child.kill('SIGKILL'));
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => {
        text[stream] += chunk;
      });
    }
    return {
      child,
      finished: once(child, 'close').then(([code]) => ({ code: code as number | null, ...text })),
      line: (stream, pattern) =>
        eventually(() => text[stream].split('\n').find(line => pattern.test(line)), {
          what: `${pattern} on ${stream} of "holdfast ${args.join(' ')}"`,
        }) as Promise<string>,
    };
  }

  /** A command that is an MCP server on stdin and stdout. */
  client(args: readonly string[], options: RawClientOptions = {}): RawClient {
    const { command, args: all, cwd, env } = this.how(args);
    const client = new RawClient({ command, args: all }, { cwd, ...options, env: { ...env, ...options.env } });
    this.#sandbox.later(() => client.child.kill('SIGKILL'));
    return client;
  }

  /** The same, for whoever starts it. */
  how(args: readonly string[]): StdioCommand {
    return { command: process.execPath, args: [main, ...args], cwd: this.folder, env: this.#env };
  }

  run(...args: readonly string[]): Promise<Finished> {
    const running = this.start(...args);
    running.child.stdin.end();
    return running.finished;
  }

  /** The same with `--json`: what it printed, read. */
  async json(...args: readonly string[]): Promise<{ readonly code: number | null; readonly value: Answer }> {
    const { code, stdout } = await this.run(...args, '--json');
    return { code, value: JSON.parse(stdout) as Answer };
  }
}

/** What a command may print with `--json`; which of it is there depends on the command. */
export interface Answer extends Omit<ServerStatus, 'tools'> {
  readonly error: ErrorBody & {
    readonly details: { readonly command?: string; readonly issues?: readonly ConfigIssue[] };
  };
  readonly manager: StatusReport['manager'];
  readonly servers: readonly ServerStatus[];
  readonly tools: readonly Listed[];
  readonly content: readonly object[];
  readonly control: string;
  readonly url: string | null;
  readonly token: string | null;
}

/** The servers that most tests need: one that is well, one that dies at once and is not tried again, one that is missing. */
export const servers = {
  good: fixture('well-behaved'),
  dies: { ...fixture('exits-at-start'), holdfast: { restart: { retries: 0 } } },
  missing: { command: 'holdfast-test-no-such-command' },
} as const;

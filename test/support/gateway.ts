// The program itself as an endpoint: `holdfast up`, in a process of its own.
import assert from 'node:assert/strict';
import { os } from '../../src/platform/platform.ts';
import type { CommandLine, Running } from '../cli/run-cli.ts';

export interface Gateway {
  readonly up: Running;
  readonly pid: number;
  readonly port: number;
  readonly token: string | null;
  /** The link of its page, with the token. */
  readonly dashboard: string;
  /** The URL of one server, or of all as one. */
  url(server?: string): string;
  /** Ends it in good order, and fails where it does not; 130 is for one that cuts calls off. */
  stop(code?: 0 | 130): Promise<void>;
}

/** Starts it on a port of its own, unless `args` name one. It accepts requests then; its servers may still be starting. */
export async function startGateway(cli: CommandLine, ...args: readonly string[]): Promise<Gateway> {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const up = cli.start('up', '--json', ...port, ...args);
  const line = await Promise.race([up.line('stdout', /"event":"listening"/), failed(up)]);
  const { url, token, pid, dashboard } = JSON.parse(line) as Pick<Gateway, 'token' | 'pid' | 'dashboard'> & {
    url: string;
  };
  const { origin, port: ownPort } = new URL(url);
  return {
    up,
    pid,
    port: Number(ownPort),
    token,
    dashboard,
    url: server => (server === undefined ? url : `${origin}/servers/${server}/mcp`),
    stop: async (expected = 0) => {
      up.child.kill('SIGTERM');
      const { code, stderr } = await up.finished;
      // On Windows a signal is no request: it ends the process at once.
      if (os !== 'windows') assert.equal(code, expected, stderr);
    },
  };
}

async function failed(up: Running): Promise<never> {
  const { code, stdout, stderr } = await up.finished;
  throw new Error(`it ended with ${code} before it listened:\n${stdout}${stderr}`);
}

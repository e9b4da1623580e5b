import { request } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ControlServer, type ServeControlOptions, serveControl } from '../../src/daemon/control-api.ts';
import { acquireLock, type Lock } from '../../src/daemon/instance-lock.ts';
import { createManager, type Manager } from '../../src/manager.ts';
import { fixture } from '../support/fixture.ts';
import { type Sandbox, withNothingLeft } from '../support/leak-check.ts';

export interface Served {
  readonly sandbox: Sandbox;
  readonly stateDir: string;
  readonly lock: Lock;
  readonly manager: Manager;
  readonly control: ControlServer;
  /** How often a client has asked for the end. */
  readonly shutdowns: () => number;
}

/** A manager of "files" (well-behaved) and "dead" (exits at start), neither started, with its control API. All ends with the test. */
export async function serve(
  t: TestContext,
  options: Pick<ServeControlOptions, 'isTokenRequired' | 'pageDir'> = {},
): Promise<Served> {
  const sandbox = await withNothingLeft(t);
  const stateDir = join(sandbox.folder, 'state');
  const lock = await acquireLock(stateDir);
  const { env } = sandbox;
  const holdfast = { restart: { retries: 0 }, stop: { drainMs: 2_000 } };
  const mcpServers = {
    files: { ...fixture('well-behaved'), env: { ...env, LEDGER: join(sandbox.folder, 'ledger') }, holdfast },
    'dead & gone/here': { ...fixture('exits-at-start'), env, holdfast },
  };
  const manager = await createManager({ config: { mcpServers }, cwd: sandbox.folder, stateDir });
  let asked = 0;
  const control = await serveControl({ manager, stateDir, lock, onShutdown: () => void asked++, ...options });
  sandbox.later(() => lock.release());
  sandbox.later(() => manager.close());
  sandbox.later(() => control.close());
  return { sandbox, stateDir, lock, manager, control, shutdowns: () => asked };
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** One request, as any program could make it. */
export function ask(
  socketPath: string,
  method: string,
  url: string,
  body?: string | Buffer,
  headers: object = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path: url, headers: { ...headers }, agent: false }, async response => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> });
    });
    asked.once('error', reject).end(body);
  });
}

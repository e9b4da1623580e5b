import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readHolder } from '../../daemon/instance-lock.ts';
import { type Os, os } from '../../platform/platform.ts';
import type { ServerStatus } from '../../supervisor/status.ts';
import type { Cli } from '../context.ts';
import { startTraffic } from '../demo-traffic.ts';
import type { ExitCode } from '../exit-codes.ts';
import { holdForeground } from '../foreground.ts';
import { demoDir } from '../places.ts';
import { UsageError } from '../usage-error.ts';

/** Three real servers, in a folder of their own that is removed at the end, and how to see one of them healed. */
export async function demo(cli: Cli): Promise<ExitCode> {
  const configFile = findDemo();
  const folder = demoDir(cli);
  const running = await readHolder(folder);
  if (running !== null)
    throw new UsageError(
      `a demo runs already (pid ${running.pid})`,
      'look at it with "holdfast status", or end it with Ctrl-C in its terminal',
    );
  try {
    const env = { ...cli.env, HOLDFAST_DEMO_DIR: folder };
    return await holdForeground(cli, {
      configFile,
      // What a demo that was killed has left is ended by the next, as that of any manager.
      stateDir: folder,
      env,
      // Whoever tries it may have a manager of their own already.
      endpoint: { port: 0, hasToken: true },
      advice: servers => advice(servers, os),
      meanwhile: startTraffic,
    });
  } finally {
    // Another that was started in the same moment may have been faster.
    if ((await readHolder(folder)) === null)
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** The exact line that kills the first server, as soon as it has a process. */
export function advice([server]: readonly ServerStatus[], system: Os): string | null {
  if (server === undefined || server.state !== 'ready' || server.pid === null) return null;
  const kill = system === 'windows' ? `taskkill /F /PID ${server.pid}` : `kill -9 ${server.pid}`;
  return `try it in another terminal:  ${kill}   (${server.name} comes back by itself)`;
}

/** Upwards from here, since it is not compiled along. */
function findDemo(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'examples', 'demo', 'holdfast.json');
    if (existsSync(file)) return file;
    if (dirname(folder) === folder)
      throw new UsageError(
        'the demo is not part of this installation',
        'clone the repository and run "npm ci && npm start"',
      );
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { readHolder } from '../../daemon/instance-lock.ts';
import { type Cli, print, printJson } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findStateDir } from '../places.ts';
import { runningManager } from '../running-manager.ts';

const POLL_MS = 50;

/** Asks the running manager to stop, and waits until it has let go of its state folder: nothing of it is left then. */
export async function down(cli: Cli): Promise<ExitCode> {
  const client = await runningManager(cli);
  const stateDir = findStateDir(cli);
  const pid = (await readHolder(stateDir))?.pid;
  await client.shutdown();
  // However long a server takes: the manager's own ladder ends it, and whoever loses patience has Ctrl-C.
  for (
    let holder = await readHolder(stateDir);
    holder !== null && holder.pid === pid;
    holder = await readHolder(stateDir)
  ) {
    await delay(POLL_MS);
  }
  if (cli.options.json) printJson(cli, { stopped: true, pid: pid ?? null });
  else print(cli, [`stopped${pid === undefined ? '' : ` (pid ${pid})`}`]);
  return EXIT.done;
}

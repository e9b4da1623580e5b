import { setTimeout as delay } from 'node:timers/promises';
import { readHolder } from '../../daemon/instance-lock.ts';
import { type Cli, print, printJson } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { managerDir, runningManager } from '../running-manager.ts';

/** The first waits are short, for most managers are gone at once. */
const POLL_MS = { first: 20, most: 500 };

/** Asks the running manager to stop, and waits until it has let go of its state folder: nothing of it is left then. */
export async function down(cli: Cli): Promise<ExitCode> {
  const client = await runningManager(cli);
  const stateDir = await managerDir(cli);
  const pid = (await readHolder(stateDir))?.pid;
  await client.shutdown();
  // However long a server takes: the manager's own ladder ends it, and whoever loses patience has Ctrl-C.
  let wait = POLL_MS.first;
  while (pid !== undefined && (await readHolder(stateDir))?.pid === pid) {
    await delay(wait);
    wait = Math.min(POLL_MS.most, wait * 1.5);
  }
  if (cli.options.json) printJson(cli, { stopped: true, pid: pid ?? null });
  else print(cli, [`stopped${pid === undefined ? '' : ` (pid ${pid})`}`]);
  return EXIT.done;
}

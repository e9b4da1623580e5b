import { setTimeout as delay } from 'node:timers/promises';
import { readHolder } from '../../daemon/instance-lock.ts';
import { type Cli, note, print, printJson } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { managerDir, runningManager } from '../running-manager.ts';

/** The first waits are short, for most managers are gone at once. */
const POLL_MS = { first: 20, most: 500 };

/** Asks the running manager to stop, and waits until it has let go of its state folder: nothing of it is left then. */
export async function down(cli: Cli): Promise<ExitCode> {
  const stateDir = await managerDir(cli);
  const client = await runningManager(cli);
  const { pid, isGuest } = client.holder;
  const { isBridged } = (await client.status()).manager;
  await client.shutdown();
  // However long a server takes: the manager's own ladder ends it, and whoever loses patience has Ctrl-C.
  let wait = POLL_MS.first;
  while ((await readHolder(stateDir))?.pid === pid) {
    await delay(wait);
    wait = Math.min(POLL_MS.most, wait * 1.5);
  }
  const comeback = comebackOf(isGuest, isBridged);
  if (cli.options.json) printJson(cli, { stopped: true, pid, mayComeBack: comeback !== null });
  else print(cli, [`stopped (pid ${pid})`]);
  if (comeback !== null && !cli.options.json) for (const line of comeback) note(cli, line);
  return EXIT.done;
}

/** Who would start the servers again, and what to do about it; null where nobody is left who could. */
function comebackOf(isGuest: boolean, isBridged: boolean): string[] | null {
  const forGood = 'close the clients to end it for good';
  if (isGuest)
    return [
      'it ran inside a "holdfast connect": clients that are still there start the servers again in about 3 seconds',
      forGood,
    ];
  if (!isBridged) return null;
  return [
    'a client that uses "holdfast connect" is still there: it starts the servers again in about 3 seconds',
    forGood,
  ];
}

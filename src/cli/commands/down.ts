import { setTimeout as delay } from 'node:timers/promises';
import { readHolder } from '../../daemon/instance-lock.ts';
import { isSameProcess } from '../../platform/identity.ts';
import { type Cli, note, print, printJson, widthOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { oneLine, wrapWhole } from '../render/text.ts';
import { managerDir, runningManager } from '../running-manager.ts';
import { tellProgress } from '../tell-progress.ts';

/** The first waits are short, for most managers are gone at once. */
const POLL_MS = { first: 20, most: 500 };
/** A process that has let go of everything ends within a moment. */
const LAST_MOMENT_MS = 2_000;

/** Asks the running manager to stop, and waits until it has let go of its state folder: nothing of it is left then. */
export async function down(cli: Cli): Promise<ExitCode> {
  const stateDir = await managerDir(cli);
  const client = await runningManager(cli);
  const { pid, isGuest } = client.holder;
  const { manager, servers } = await client.status();
  const running = servers.filter(({ instances }) => instances.some(each => each.pid !== null)).map(({ name }) => name);
  let survivors: readonly number[] = [];
  const events = await client.events(event => {
    tellProgress(cli, event, true);
    if (event.type === 'manager.stopped') survivors = event.survivors;
  });
  await client.shutdown();
  // However long a server takes: the manager's own ladder ends it, and whoever loses patience has Ctrl-C.
  const isHeld = async () => (await readHolder(stateDir))?.pid === pid;
  await until(async () => !(await isHeld()), Number.POSITIVE_INFINITY);
  // Its last words come before it lets go.
  await events.ended;
  if (!isGuest) await until(async () => !(await isSameProcess(client.holder)), LAST_MOMENT_MS);
  const comeback = comebackOf(isGuest, manager.isBridged);
  if (cli.options.json)
    printJson(cli, { stopped: true, pid, servers: running, survivors, mayComeBack: comeback !== null });
  else {
    const what = running.length === 0 ? '' : `: ${running.map(oneLine).join(', ')}`;
    print(cli, wrapWhole(`stopped (pid ${pid})${what}`, widthOf(cli.stdout)));
    for (const line of [...leftLines(survivors), ...(comeback ?? [])]) note(cli, line);
  }
  return survivors.length === 0 ? EXIT.done : EXIT.failed;
}

async function until(isSo: () => Promise<boolean>, ms: number): Promise<void> {
  const end = performance.now() + ms;
  for (let wait = POLL_MS.first; !(await isSo()) && performance.now() < end; wait = Math.min(POLL_MS.most, wait * 1.5))
    await delay(wait);
}

function leftLines(survivors: readonly number[]): string[] {
  if (survivors.length === 0) return [];
  return [
    `could not be ended: pid ${survivors.join(', ')}`,
    'end them by hand, or let the next "holdfast up" with this configuration try again',
  ];
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

import type { StatusReport } from '../../daemon/control-routes.ts';
import { redactDeep } from '../../errors/redact-deep.ts';
import { systemClock } from '../../process/clock.ts';
import { type Cli, note, print, printJson, redactUnknown } from '../context.ts';
import { connectControl } from '../control-client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findManagers, managerDir, runningManager, runningManagers } from '../running-manager.ts';
import { essenceOf, type Watched, watchStatus } from '../status-watch.ts';
import { UsageError } from '../usage-error.ts';
import { watchView } from '../views/watch-view.ts';
import { statusLines } from './status.ts';

/** Shows how the servers are until Ctrl-C: of the manager that is meant, also when it is started anew, or of every one. */
export async function watch(cli: Cli, isOfAll: boolean, names: readonly string[]): Promise<ExitCode> {
  if (names.length > 0) throw new UsageError('--watch shows every server', 'leave out the names, or leave out --watch');
  // Who watches what does not run has made a mistake, most likely; what ends later is waited for.
  await (isOfAll ? runningManagers(cli) : runningManager(cli));
  const stateDir = isOfAll ? null : await managerDir(cli);
  const find = async () => {
    if (stateDir === null) return (await findManagers(cli)).clients;
    const client = await connectControl(stateDir);
    return client === null ? [] : [client];
  };
  const over = new AbortController();
  const end = (): void => over.abort();
  const isLive = cli.stdout.isTTY === true && cli.env.TERM !== 'dumb' && !cli.options.json;
  const view = isLive
    ? watchView(cli)
    : { event: () => undefined, show: onChange(cli, isOfAll), close: () => undefined };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  // Nobody reads it any more.
  cli.stdout.once('error', end);
  try {
    await watchStatus({
      find,
      onEvent: event => view.event(event),
      onReports: (reports, why) => view.show(reports.map(redacted), why),
      clock: systemClock,
      signal: over.signal,
    });
    return EXIT.done;
  } finally {
    view.close();
    // What is left of the press must not end us by default while we end in good order.
    if (!over.signal.aborted) for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, end);
    cli.stdout.off('error', end);
  }
}

const redacted = ({ client, report }: Watched): Watched => ({ client, report: redactDeep(report, redactUnknown) });

/** For programs and files: all of it, each time that something has changed. */
function onChange(cli: Cli, isOfAll: boolean): (reports: readonly Watched[], why: string | null) => void {
  let last: string | null = null;
  const write = (watched: readonly Watched[], why: string | null): void => {
    const reports = watched.map(({ report }) => report);
    if (cli.options.json) printJson(cli, isOfAll ? { managers: reports } : (reports[0] ?? GONE));
    else if (watched.length === 0) note(cli, goneWords(why));
    else for (const { client, report } of watched) print(cli, [...statusLines(cli, report, client.holder.isGuest), '']);
  };
  return (watched, why) => {
    const essence = JSON.stringify(watched.map(({ report }) => essenceOf(report)));
    if (essence === last) return;
    last = essence;
    write(watched, why);
  };
}

/** What stands for the report of a manager that is gone. */
const GONE: { readonly manager: null; readonly servers: StatusReport['servers'] } = { manager: null, servers: [] };

const goneWords = (why: string | null): string =>
  `the manager is gone${why === null ? '' : ` (${why})`}; waiting for the next`;

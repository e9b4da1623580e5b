import { HoldfastError } from '../../errors/holdfast-error.ts';
import { redactDeep } from '../../errors/redact-deep.ts';
import { entryOf, type LogEntry } from '../../telemetry/event-entries.ts';
import type { HoldfastEvent } from '../../telemetry/events.ts';
import { logLine } from '../../telemetry/log-line.ts';
import { type Cli, printJson, redactUnknown } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { untilInterrupted } from '../interrupts.ts';
import { plainTheme } from '../render/theme.ts';
import { runningManager } from '../running-manager.ts';

/** More are not kept by any manager. */
const MOST_KEPT = 2_000;

/**
 * The last events of the running manager, and where it is followed those that come, until it has ended or somebody has seen enough.
 *
 * @throws HoldfastError CONNECTION_NO_MANAGER, CONNECTION_LOST where it did not say that it ends
 */
export async function events(cli: Cli, isFollowing: boolean, count: number): Promise<ExitCode> {
  const client = await runningManager(cli);
  let isOver = false;
  await untilInterrupted(async signal => {
    const enough = new AbortController();
    const end = (): void => enough.abort();
    signal.addEventListener('abort', end);
    const onEvent = (event: HoldfastEvent): void => {
      // What came in with the last of them is no longer asked for.
      if (enough.signal.aborted) return;
      isOver ||= event.type === 'manager.stopped';
      show(cli, event);
      if (!cli.stdout.writable) end();
    };
    const past = Math.min(count, MOST_KEPT);
    const subscription = await client.events(onEvent, { count: past, onEnd: () => isFollowing || end() });
    const close = (): void => subscription.close();
    if (enough.signal.aborted) close();
    enough.signal.addEventListener('abort', close);
    await subscription.ended;
    isOver ||= enough.signal.aborted;
  });
  if (!isOver) throw new HoldfastError('CONNECTION_LOST', { details: { why: 'the manager went away' } });
  return EXIT.done;
}

function show(cli: Cli, event: HoldfastEvent): void {
  const safe = redactDeep(event, redactUnknown);
  if (cli.options.json) return printJson(cli, { event: safe.type, ...safe });
  // A manager of a later version may tell more than we know.
  const entry = entryOf(safe) as LogEntry | undefined;
  const { level, text, fields } = entry ?? { level: 'info', text: JSON.stringify(safe), fields: {} };
  const server = 'server' in safe ? { server: safe.server } : {};
  const line = { ...fields, level, time: new Date(safe.at).toISOString(), msg: text, ...server };
  cli.stdout.write(`${logLine(line, cli.theme !== plainTheme)}\n`);
}

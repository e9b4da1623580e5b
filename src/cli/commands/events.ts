import { HoldfastError } from '../../errors/holdfast-error.ts';
import { entryOf, type LogEntry } from '../../telemetry/event-entries.ts';
import type { HoldfastEvent } from '../../telemetry/events.ts';
import { logLine } from '../../telemetry/log-line.ts';
import { type Cli, printJson, redactUnknown } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { untilInterrupted } from '../interrupts.ts';
import { redactDeep } from '../redact-deep.ts';
import { plainTheme } from '../render/theme.ts';
import { runningManager } from '../running-manager.ts';

/**
 * The events of the running manager as they come, until it has ended or somebody has seen enough.
 *
 * @throws HoldfastError CONNECTION_NO_MANAGER, CONNECTION_LOST where it did not say that it ends
 */
export async function events(cli: Cli): Promise<ExitCode> {
  const client = await runningManager(cli);
  let hasEnded = false;
  let isCut = true;
  await untilInterrupted(async signal => {
    const subscription = await client.events(event => {
      hasEnded ||= event.type === 'manager.stopped';
      show(cli, event);
      if (!cli.stdout.writable) subscription.close();
    });
    signal.addEventListener('abort', () => subscription.close());
    await subscription.ended;
    isCut = !signal.aborted && cli.stdout.writable;
  });
  if (isCut && !hasEnded) throw new HoldfastError('CONNECTION_LOST', { details: { why: 'the manager went away' } });
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

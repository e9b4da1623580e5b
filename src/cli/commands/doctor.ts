import { redactDeep } from '../../errors/redact-deep.ts';
import type { Os } from '../../platform/platform.ts';
import { systemClock } from '../../process/clock.ts';
import { packageVersion } from '../../version.ts';
import { type Cli, print, printJson, redactUnknown, widthOf } from '../context.ts';
import { checksFor } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { runChecks } from '../doctor/run-checks.ts';
import { readWorld } from '../doctor/world.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { renderDoctor } from '../render/doctor-report.ts';

const SYSTEMS: Readonly<Record<Os, string>> = { linux: 'Linux', macos: 'macOS', windows: 'Windows' };

/** Looks at everything on this machine that servers need, and says what to do. It changes nothing and starts nothing. */
export async function doctor(cli: Cli): Promise<ExitCode> {
  const interruption = new AbortController();
  const interrupted = () => {
    interruption.abort();
    endSoon('SIGINT');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, interrupted);

  const world = await readWorld(cli, systemClock, interruption.signal);
  if (interruption.signal.aborted) return EXIT.interrupted;
  const findings = redactDeep(await runChecks(checksFor(world), world, systemClock), redactUnknown);
  if (interruption.signal.aborted) return EXIT.interrupted;
  const hasProblem = findings.some(({ status }) => status === 'problem');
  if (cli.options.json) {
    printJson(cli, { version: packageVersion(), os: world.os, ok: !hasProblem, checks: findings.map(forPrograms) });
  } else {
    const system = SYSTEMS[world.os];
    const title = `holdfast ${packageVersion()} on ${system}`;
    print(cli, renderDoctor(findings, { title, system, width: widthOf(cli.stdout), theme: cli.theme }));
  }
  // Written as far as anybody reads it.
  await new Promise<void>(resolve => cli.stdout.write('', () => resolve()));
  endSoon('SIGTERM');
  return hasProblem ? EXIT.failed : EXIT.done;
}

/** Time to end in good order, after which there is no more to come. */
const GRACE_MS = 250;

/**
 * Node ends only when libuv's pool is idle, `process.exit()` included. Where a check hangs on a disk or a network drive that is never:
 * then only a signal helps, which shells tell as 130 or 143. Whoever ends in time does not notice.
 */
function endSoon(signal: 'SIGINT' | 'SIGTERM'): void {
  setTimeout(() => {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }, GRACE_MS).unref();
}

function forPrograms({ id, status, summary, hint, details }: Finding): object {
  return { id, status, summary, hint, details };
}

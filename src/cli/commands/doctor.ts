import type { Os } from '../../platform/platform.ts';
import { systemClock } from '../../process/clock.ts';
import { packageVersion } from '../../version.ts';
import { type Cli, print, printJson, redactUnknown, widthOf } from '../context.ts';
import { checksFor } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { runChecks } from '../doctor/run-checks.ts';
import { readWorld } from '../doctor/world.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { redactDeep } from '../redact-deep.ts';
import { renderDoctor } from '../render/doctor-report.ts';

const SYSTEMS: Readonly<Record<Os, string>> = { linux: 'Linux', macos: 'macOS', windows: 'Windows' };

/** Looks at everything on this machine that servers need, and says what to do. It changes nothing and starts nothing. */
export async function doctor(cli: Cli): Promise<ExitCode> {
  // There is nothing to stop in good order.
  const leave = (): never => process.exit(EXIT.interrupted);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, leave);

  const world = await readWorld(cli);
  const findings = redactDeep(await runChecks(checksFor(world), world, systemClock), redactUnknown);
  const hasProblem = findings.some(({ status }) => status === 'problem');
  if (cli.options.json) {
    printJson(cli, { version: packageVersion(), os: world.os, ok: !hasProblem, checks: findings.map(forPrograms) });
  } else {
    const system = SYSTEMS[world.os];
    const title = `holdfast ${packageVersion()} on ${system}`;
    print(cli, renderDoctor(findings, { title, system, width: widthOf(cli.stdout), theme: cli.theme }));
  }
  return hasProblem ? EXIT.failed : EXIT.done;
}

function forPrograms({ id, status, summary, hint, details }: Finding): object {
  return { id, status, summary, hint, details };
}

import { existsSync } from 'node:fs';
import type { Os } from '../../platform/platform.ts';
import { isShellThere } from '../../platform/posix/gate.ts';
import { journalFolder } from '../../process/journal.ts';
import { type DeadJournals, readDeadJournals } from '../../process/leftovers.ts';
import type { Check } from './check.ts';
import { ok, type Verdict, warning } from './finding.ts';
import { stateDirOf } from './state-folder.ts';

export const guardianCheck: Check = {
  id: 'guardian',
  topic: 'system',
  title: 'guardian',
  run: async ({ os }) => guardianVerdict(os, os === 'windows' || (await isShellThere())),
};

export function guardianVerdict(os: Os, hasShell: boolean): Verdict {
  if (os === 'windows') return ok('not needed: Windows ends a job together with its manager', { isNeeded: false });
  const details = { isNeeded: true, hasShell };
  if (hasShell) return ok('a shell beside the manager ends its servers, should it be killed', details);
  const hint = 'put a POSIX shell at /bin/sh, as most images have it';
  return warning('there is no /bin/sh: should the manager be killed, its servers may stay', hint, details);
}

export const leftoversCheck: Check = {
  id: 'leftovers',
  topic: 'holdfast',
  title: 'leftovers',
  run: async world => {
    const folder = journalFolder(stateDirOf(world).own);
    return leftoversVerdict(existsSync(folder) ? await readDeadJournals(folder) : { journals: [], troubles: [] });
  },
};

export function leftoversVerdict({ journals, troubles }: DeadJournals): Verdict {
  const lives = journals.flatMap(({ journal }) => journal.lives);
  const details = { managers: journals.map(({ journal }) => journal.manager.pid), lives, troubles };
  const [trouble] = troubles;
  if (trouble !== undefined)
    return warning(trouble, 'remove it once no manager of another version, or of another user, runs', details);
  if (lives.length === 0) return ok('no manager was killed and left anything', details);
  const names = [...new Set(lives.map(({ server }) => server))].join(', ');
  return warning(
    `a manager was killed while these ran: ${names}`,
    'the next start looks for what is left of them, and ends it',
    details,
  );
}

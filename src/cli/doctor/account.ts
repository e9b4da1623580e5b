import type { Os } from '../../platform/platform.ts';
import { windowsSurroundings } from '../../platform/windows/surroundings.ts';
import type { Check } from './check.ts';
import { ok, unknown, type Verdict, warning } from './finding.ts';

export interface AccountFacts {
  readonly os: Os;
  /** POSIX: the user that counts; null on Windows. */
  readonly uid: number | null;
  /** Windows: whether this process has an administrator's rights; null where that cannot be asked. */
  readonly isElevated: boolean | null;
}

export function accountVerdict({ os, uid, isElevated }: AccountFacts): Verdict {
  const details = { uid, isElevated };
  if (os === 'windows') {
    if (isElevated === null) return unknown('not known without native code', null, details);
    if (!isElevated) return ok('without administrator rights', details);
    const hint = 'start Holdfast from an ordinary terminal, not from one "as administrator"';
    return warning('with administrator rights, which every server gets too', hint, details);
  }
  if (uid !== 0) return ok(`an ordinary user (uid ${uid})`, details);
  return warning(
    'root, whose rights every server gets too',
    'start Holdfast as an ordinary user; in a container of its own root may be meant',
    details,
  );
}

export const accountCheck: Check = {
  id: 'account',
  topic: 'system',
  title: 'account',
  run: ({ os }) => {
    const isElevated = windowsSurroundings()?.isElevated() ?? null;
    return accountVerdict({ os, uid: process.geteuid?.() ?? null, isElevated });
  },
};

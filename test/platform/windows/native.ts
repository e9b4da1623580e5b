import type { TestContext } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { openWin32 } from '../../../src/platform/win32.ts';
import { type Native, nativeWindows } from '../../../src/platform/windows/kernel32.ts';

/** For tests of Windows itself: `skip` elsewhere. On a Windows without native calls they fail, and say why. */
export const onWindows = { skip: os === 'windows' ? false : 'only Windows has it' };

export function native(): Native {
  const found = nativeWindows();
  if (found === null) throw new Error(`no native calls: ${openWin32().why}`);
  return found;
}

/** Disposes of it after the test. */
export function disposing<T extends Disposable>(t: TestContext, what: T): T {
  t.after(() => what[Symbol.dispose]());
  return what;
}

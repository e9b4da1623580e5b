import { os } from './platform.ts';
import { openWin32 } from './win32.ts';
import { joinOuterJob } from './windows/contain-self.ts';
import { nativeWindows } from './windows/kernel32.ts';

/**
 * Holds this whole process, with all that it starts from now on, so that the operating system ends it together with us. Windows only:
 * the POSIX systems have nothing of the kind.
 *
 * @returns why Windows refused; null where it is done, or where there is nothing to do
 */
export function containSelf(): string | null {
  if (os !== 'windows') return null;
  const native = nativeWindows();
  return native === null ? (openWin32().why ?? 'there are no native calls') : joinOuterJob(native);
}

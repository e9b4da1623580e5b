import type { Kernel32 } from '../../../src/platform/windows/kernel32.ts';

/** A kernel32 that records what it is asked, and answers as the test says; a call that the test did not expect throws. */
export function fakeKernel32(answers: Partial<Kernel32>): { readonly calls: unknown[][]; readonly kernel32: Kernel32 } {
  const calls: unknown[][] = [];
  const kernel32 = new Proxy({} as Kernel32, {
    get: (_, name) => {
      const answer = answers[name as keyof Kernel32] as ((...args: unknown[]) => unknown) | undefined;
      if (answer === undefined) throw new Error(`${String(name)} was not expected`);
      return (...args: unknown[]) => {
        calls.push([name, ...args.map(arg => (Buffer.isBuffer(arg) ? Buffer.from(arg) : arg))]);
        return answer(...args);
      };
    },
  });
  return { calls, kernel32 };
}

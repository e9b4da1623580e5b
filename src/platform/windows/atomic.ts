import type { Child, Exit, StartSpec } from '../child.ts';
import { COOKIE, cookieValue } from '../cookie.ts';
import { commandLine } from './command-line.ts';
import { createProcess } from './create-process.ts';
import type { Handle } from './handle.ts';
import type { Job } from './job.ts';
import { JobGroup } from './job-group.ts';
import type { Native } from './kernel32.ts';
import { PRIORITY_CLASS } from './priority-class.ts';
import { exitCodeOf, WAIT_TIMEOUT } from './process.ts';
import { createServerJob } from './server-job.ts';
import { openStdioPipes, type StdioPipes } from './stdio-pipes.ts';
import { sharedWaiter, type Waiter } from './waiter.ts';

/** Starts a process that is in its job from its first instruction. @throws Win32Error, with nothing left */
export async function startAtomic(native: Native, spec: StartSpec): Promise<Child> {
  const pipes = await openStdioPipes(native);
  let job: Job | null = null;
  try {
    job = createServerJob(native, spec.priority, spec.limits);
    // Before there is a process: whatever is refused here must not leave one that nobody waits for.
    const waiter = sharedWaiter(native);
    const [stdin, stdout, stderr] = pipes.childEnds;
    const { pid, process } = createProcess(native, {
      file: spec.file,
      commandLine: commandLine(spec.file, spec.args, spec.verbatim),
      env: { ...spec.env, [COOKIE]: cookieValue(spec.cookie) },
      cwd: spec.cwd,
      priorityClass: PRIORITY_CLASS[spec.priority],
      stdio: [stdin.raw, stdout.raw, stderr.raw],
      job: job.raw,
    });
    return {
      ...childOf(native, waiter, pid, process, pipes),
      group: new JobGroup(native.kernel32, job, { level: 'atomic', why: null }),
    };
  } catch (error) {
    for (const stream of [pipes.stdin, pipes.stdout, pipes.stderr]) stream.destroy();
    job?.[Symbol.dispose]();
    throw error;
  } finally {
    for (const end of pipes.childEnds) end[Symbol.dispose]();
  }
}

function childOf({ kernel32 }: Native, waiter: Waiter, pid: number, process: Handle, pipes: StdioPipes) {
  const { stdin, stdout, stderr } = pipes;
  let isOver = false;
  const wait = waiter.wait(process.raw);
  const exited = wait.ended.then((): Exit => {
    isOver = true;
    const code = exitCodeOf(kernel32, process.raw);
    // Until here nobody else can have been given the pid.
    process[Symbol.dispose]();
    return { code, signal: null };
  });
  const unref = () => {
    wait.unref();
    for (const stream of [stdin, stdout, stderr]) stream.unref();
  };
  // The broken pipes of one that has ended are often seen before the thread has told its end.
  const hasExited = () => isOver || kernel32.WaitForSingleObject(process.raw, 0) !== WAIT_TIMEOUT;
  return { pid, stdin, stdout, stderr, exited, hasExited, unref };
}

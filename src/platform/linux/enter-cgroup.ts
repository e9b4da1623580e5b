import { type ChildProcess, spawn } from 'node:child_process';

/** A throw-away process in a cgroup. */
export interface Entered {
  /** By what signal it ended. */
  readonly ended: Promise<NodeJS.Signals | null>;
  end(): void;
}

/** A shell is up within milliseconds; on a machine that does much else it may take seconds. */
const ENTER_MS = 10_000;
// In the words of the gate that servers start behind. It waits on its stdin, so that it ends with us however we end.
const SCRIPT = 'echo 0 > "$1/cgroup.procs" && echo in && read -r _';

/** Starts a process that enters the cgroup and waits there. Resolves with the reason where it could not. */
export function enterCgroup(folder: string): Promise<Entered | { readonly why: string }> {
  // Its streams are not there where no file descriptors are left; then it has not begun.
  const child: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT, 'sh', folder], {
    // A Ctrl-C at our terminal is not for it.
    detached: true,
    env: {},
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<NodeJS.Signals | null>(resolve => child.once('exit', (_, signal) => resolve(signal)));
  const end = () => {
    child.kill('SIGKILL');
    for (const stream of child.stdio ?? []) stream?.destroy();
  };
  return new Promise(resolve => {
    let complaint = '';
    const fail = (why: string) => {
      end();
      settle({ why });
    };
    const timer = setTimeout(fail, ENTER_MS, `it had not entered after ${ENTER_MS} ms`);
    const settle = (result: Entered | { why: string }) => {
      clearTimeout(timer);
      resolve(result);
    };
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk;
    });
    // It may be gone before we let it go.
    child.stdin?.on('error', () => undefined);
    child.stdout?.once('data', () => settle({ ended, end }));
    child.once('error', error => fail(error.message));
    // Not `exit`: what it complains about may still be on its way.
    child.once('close', () => fail(complaint.trim() || 'its shell ended without a word'));
  });
}

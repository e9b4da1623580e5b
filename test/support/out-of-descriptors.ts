// What a part of ours does in a process that has no file descriptor left: there `spawn` gives a child without pipes, and tells why later.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Calls the function `name` of a built module with these arguments, as JSON; resolves with what came of it. @throws Error where that ended the process */
export async function callWithoutDescriptors(module: URL, name: string, ...args: unknown[]): Promise<string> {
  const script = `
    import { openSync } from 'node:fs';
    const call = (await import(${JSON.stringify(module.href)})).${name};
    const clock = { setTimer: (ms, run) => { const timer = setTimeout(run, ms); return { cancel: () => clearTimeout(timer) }; } };
    const args = ${JSON.stringify(args)}.map(arg => (arg === 'the clock' ? clock : arg));
    try { for (;;) openSync('/dev/null'); } catch {}
    const result = await call(...args).then(JSON.stringify, error => 'rejected: ' + error.message);
    // The process ends by what nobody listens to at the next turn.
    await new Promise(resolve => setTimeout(resolve, 20));
    process._rawDebug(result);`;
  const command = ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
  return (await promisify(execFile)('/bin/sh', command)).stderr.trim();
}

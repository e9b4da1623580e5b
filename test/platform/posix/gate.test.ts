import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { gateFor, openGate, type Program } from '../../../src/platform/posix/gate.ts';

const shells = ['/bin/sh', '/bin/dash', '/bin/bash', '/bin/busybox'].filter(path => existsSync(path));

function wait(program: Program, shell: string): { child: ChildProcess; gate: Duplex } {
  const made = gateFor(program, shell);
  assert.ok(made.file !== null);
  const { file, args } = made;
  const child = spawn(file, args, { argv0: 'sh', env: program.env, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  return { child, gate: child.stdio[3] as Duplex };
}

const said = (child: ChildProcess) => text(child.stdout as Readable);
const node = (script: string, env: Record<string, string> = {}): Program => ({
  file: process.execPath,
  args: ['-e', script],
  env,
});

for (const shell of os === 'windows' ? [] : shells) {
  describe(`a gate of ${shell}`, () => {
    test('becomes the program when it is opened, with the same pid, arguments and environment', async () => {
      // bash counts in SHLVL, whatever it is told.
      const script =
        'delete process.env.SHLVL; console.log(JSON.stringify([process.pid, process.argv.slice(1), process.env]))';
      const odd = ['a b', '', '$HOME', "it's", '"x"', '*', 'line\nbreak', '--'];
      const env = { PATH: '/usr/bin:/bin', A: '1', EMPTY: '', QUOTED: `'"$\\` };
      const { child, gate } = wait({ ...node(script, env), args: ['-e', script, '--', ...odd] }, shell);
      const output = said(child);
      openGate(gate);
      assert.deepEqual(JSON.parse(await output), [child.pid, odd, env]);
    });

    test('ends without the program when nobody is there to open it', async () => {
      const { child, gate } = wait(node('console.log("it ran")'), shell);
      const output = said(child);
      gate.on('error', () => {});
      gate.destroy();
      const [code] = await once(child, 'exit');
      assert.notEqual(code, 0);
      assert.equal(await output, '');
    });

    test('leaves the program three descriptors, and stdin as it was', async () => {
      const script = '(true <&3) 2>/dev/null && echo open || echo closed; cat';
      const { child, gate } = wait({ file: '/bin/sh', args: ['-c', script], env: {} }, shell);
      const output = said(child);
      child.stdin?.end('hello');
      openGate(gate);
      assert.equal(await output, 'closed\nhello');
    });
  });
}

test('what no shell hands on has no gate', () => {
  for (const name of ['npm_config_//registry/:_auth', 'a.b', 'BASH_FUNC_x%%', 'IFS', 'UID']) {
    const { file, why } = gateFor({ file: '/x', args: [], env: { [name]: '1' } });
    assert.equal(file, null);
    assert.ok(why?.includes(name));
  }
});

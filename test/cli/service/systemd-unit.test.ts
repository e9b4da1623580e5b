import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Service } from '../../../src/cli/service/definition.ts';
import { MARK, systemdUnit } from '../../../src/cli/service/systemd-unit.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

const service: Service = {
  name: 'holdfast-work-12345678',
  what: 'work',
  program: '/usr/bin/node',
  args: ['/opt/holdfast/dist/cli/main.js', 'up', '--config', '/home/ada/work/holdfast.json', '--state-dir', '/s'],
  path: '/usr/local/bin:/usr/bin',
  stopSeconds: 42,
};

/** The value of a setting, as it stands. */
const settingOf = (unit: string, key: string): string =>
  new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? assert.fail(`there is no ${key}`);

/** The words of a value as systemd.syntax(7) and systemd.service(5) tell to read them: quotes, escapes, then specifiers. */
function words(value: string): string[] {
  const found: string[] = [];
  let word: string | null = null;
  let isQuoted = false;
  for (let index = 0; index < value.length; index++) {
    const letter = value[index] as string;
    if (letter === '\\') word = (word ?? '') + value[++index];
    else if (letter === '"') {
      isQuoted = !isQuoted;
      word ??= '';
    } else if (letter === ' ' && !isQuoted) {
      if (word !== null) found.push(word);
      word = null;
    } else word = (word ?? '') + letter;
  }
  assert.equal(isQuoted, false, 'every quote is closed');
  if (word !== null) found.push(word);
  return found.map(text =>
    text.replace(/%(.)/g, (_, specifier: string) => (specifier === '%' ? '%' : assert.fail(text))),
  );
}

const printable = fc.string({
  unit: fc.oneof(fc.constantFrom(...' "\'\\%$#;:@-é日'), fc.string({ minLength: 1, maxLength: 1 })),
});

test('systemd reads every path as it was meant, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(printable), printable, (args, path) => {
      const unit = systemdUnit({ ...service, args, path }, `/env/${path}.env`);
      const [program, ...rest] = words(settingOf(unit, 'ExecStart'));
      assert.deepEqual([program, ...rest], [':/usr/bin/node', ...args]);
      assert.deepEqual(words(settingOf(unit, 'Environment')), [`PATH=${path}`]);
      assert.equal(settingOf(unit, 'EnvironmentFile').replaceAll('%%', '%'), `-/env/${path}.env`);
    }),
  );
});

test('it is marked as ours, holds no variable but PATH, and gives a stop its time', () => {
  const unit = systemdUnit(service, '/env');
  assert.ok(unit.startsWith(`${MARK}\n`));
  assert.equal(unit.match(/^Environment=/gm)?.length, 1);
  assert.equal(systemdUnit({ ...service, path: null }, '/env').match(/^Environment=/gm), null);
  assert.equal(settingOf(unit, 'TimeoutStopSec'), '42');
});

test('a Node that systemd would not run is refused', () => {
  for (const program of ['/opt/a"b/node', "/opt/a'b/node", '/opt/a\\b/node'])
    assert.throws(() => systemdUnit({ ...service, program }, '/env'), UsageError);
});

const analyze = '/usr/bin/systemd-analyze';

test('systemd itself finds nothing wrong with it', { skip: !existsSync(analyze) && 'there is no systemd' }, t => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-unit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const verify = (program: string) => {
    const file = join(folder, 'holdfast-test.service');
    writeFileSync(
      file,
      systemdUnit({ ...service, program, args: [...service.args, ` a "b" 'c' %h $HOME \\ é `] }, `/e %h`),
    );
    const options = { encoding: 'utf8', env: { ...process.env, XDG_RUNTIME_DIR: folder } } as const;
    const { status, stderr } = spawnSync(analyze, ['verify', '--user', '--man=no', file], options);
    return `${status} ${stderr}`;
  };
  const own = join(folder, 'a %h $HOME  é');
  mkdirSync(own);
  writeFileSync(join(own, 'node'), '#!/bin/sh\n');
  chmodSync(join(own, 'node'), 0o755);
  assert.equal(verify(join(own, 'node')), '0 ');
  // It says the path as it has read it.
  assert.ok(verify(join(own, 'absent')).includes(`Command ${join(own, 'absent')} is not executable`));
});

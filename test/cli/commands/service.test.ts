import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { install, serviceStatus, uninstall } from '../../../src/cli/commands/service.ts';
import type { Cli } from '../../../src/cli/context.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { acquireLock } from '../../../src/daemon/instance-lock.ts';
import { os } from '../../../src/platform/platform.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { recordingSystemctl } from '../../support/recording-systemctl.ts';

const onLinux = { skip: os !== 'linux' && 'systemd is there alone' };
const BY_HAND = { isDry: false, isYes: false };
const YES = { isDry: false, isYes: true };
const DRY = { isDry: true, isYes: false };

interface Told {
  readonly name: string;
  readonly file: string;
  readonly content: string;
  readonly isWritten: boolean;
  readonly isStarted: boolean;
  readonly missing: readonly string[];
}

async function stage(t: TestContext) {
  const { folder } = await withNothingLeft(t);
  const systemctl = recordingSystemctl(folder);
  const one = { command: 'node', env: { A: `$${'{ACME_TOKEN}'}`, B: `$${'{B:-b}'}` } };
  writeFileSync(join(folder, 'holdfast.json'), JSON.stringify({ mcpServers: { one } }));
  const stateDir = join(folder, 'state');
  const env = { PATH: systemctl.path, XDG_CONFIG_HOME: join(folder, 'conf ig'), HOLDFAST_STATE_DIR: stateDir };
  /** Runs a part of the command; what it wrote. */
  const run = async (work: (cli: Cli) => Promise<number>, json = false) => {
    const text = { stdout: '', stderr: '' };
    const streamOf = (name: keyof typeof text) => ({
      write(chunk: string) {
        text[name] += chunk;
      },
    });
    const [stdout, stderr] = [streamOf('stdout'), streamOf('stderr')];
    const cli = { options: { json }, env, cwd: folder, stdin: {}, stdout, stderr, theme: plainTheme } as unknown as Cli;
    return { code: await work(cli), ...text };
  };
  const installed = async () => {
    const { code, stdout } = await run(cli => install(cli, YES), true);
    assert.equal(code, 0);
    return JSON.parse(stdout) as Told;
  };
  return { folder, stateDir, systemctl, run, installed };
}

test('a dry run prints the unit and touches nothing; without a terminal install wants --yes', onLinux, async t => {
  const { folder, systemctl, run } = await stage(t);
  const dry = await run(cli => install(cli, DRY));
  assert.equal(dry.code, 0);
  assert.match(dry.stdout, /^# Written by "holdfast service install"[\s\S]*\n\[Install\]\nWantedBy=default\.target\n$/);
  assert.match(dry.stderr, /put this into .*\.service, then type:\n {2}systemctl --user daemon-reload\n/);
  assert.match(dry.stderr, /refers to: ACME_TOKEN; write them into .*\.env/);
  await assert.rejects(
    run(cli => install(cli, BY_HAND)),
    UsageError,
  );
  assert.deepEqual(systemctl.orders(), []);
  assert.equal(existsSync(join(folder, 'conf ig')), false);
});

test('install shows the unit, writes it and starts it; uninstall removes both', onLinux, async t => {
  const { folder, systemctl, run, installed } = await stage(t);
  const { name, file, content, isWritten, isStarted, missing } = await installed();
  assert.deepEqual([isWritten, isStarted, missing], [true, true, ['ACME_TOKEN']]);
  const unit = `${name}.service`;
  assert.equal(file, join(folder, 'conf ig', 'systemd', 'user', unit));
  assert.equal(readFileSync(file, 'utf8'), content);
  assert.deepEqual(systemctl.orders(), ['daemon-reload', `enable ${unit}`, `restart ${unit}`]);
  const again = await run(cli => install(cli, YES));
  assert.ok(again.stderr.includes(content));
  assert.match(again.stdout, /^installed and started: /);

  const told = systemctl.orders().length;
  assert.match((await run(cli => uninstall(cli, DRY))).stdout, /would be stopped and removed\n$/);
  assert.match((await run(cli => uninstall(cli, YES))).stdout, /\.service is stopped and removed\n$/);
  assert.deepEqual(systemctl.orders().slice(told), [`disable --now ${unit}`, 'daemon-reload']);
  assert.equal(existsSync(file), false);
  assert.match((await run(cli => uninstall(cli, YES))).stdout, /is not installed\n$/);
});

test(
  'a configuration that is broken by now keeps nobody from a look at its service, and from its end',
  onLinux,
  async t => {
    const { folder, run, installed } = await stage(t);
    const { file } = await installed();
    const config = join(folder, 'holdfast.json');
    writeFileSync(config, '{');
    assert.match((await run(serviceStatus)).stdout, /^unit {5}\/.*\.service/);
    rmSync(config);
    const named = (cli: Cli): Cli => ({ ...cli, options: { ...cli.options, config } });
    assert.match((await run(cli => uninstall(named(cli), YES))).stdout, /\.service is stopped and removed\n$/);
    assert.equal(existsSync(file), false);
  },
);

test(
  'status tells of the unit and of its manager; one that is not the service is not pushed aside',
  onLinux,
  async t => {
    const { stateDir, systemctl, run, installed } = await stage(t);
    assert.match((await run(serviceStatus)).stdout, /^unit {5}not installed\n/);
    const { file } = await installed();
    systemctl.is({ active: 'activating', enabled: 'enabled', pid: 0 });
    const before = await run(serviceStatus);
    assert.deepEqual(before, {
      code: 4,
      stdout: `unit     ${file}\nsystemd  activating, enabled\nmanager  not running\n`,
      stderr: '',
    });

    const lock = await acquireLock(stateDir);
    await lock.publish({ url: 'http://127.0.0.1:1/mcp' });
    assert.match((await run(serviceStatus)).stdout, /not started by the service\n$/);
    await assert.rejects(
      run(cli => install(cli, YES)),
      { code: 'PROCESS_MANAGER_RUNNING', hint: /"holdfast down" first/ },
    );
    systemctl.is({ active: 'active', enabled: 'enabled', pid: process.pid });
    const during = await run(serviceStatus);
    assert.equal(during.code, 0);
    assert.match(during.stdout, new RegExp(`manager {2}pid ${process.pid}, http://127\\.0\\.0\\.1:1/mcp\n$`));
    await installed();
    writeFileSync(file, `${readFileSync(file, 'utf8')}# by hand\n`);
    assert.match((await run(serviceStatus)).stdout, /install again to bring it up to date/);
    await lock.release();
  },
);

test('what systemd refuses is told in its words, and what others have written stays', onLinux, async t => {
  const { systemctl, run, installed } = await stage(t);
  const { file } = await installed();
  systemctl.is({ active: 'inactive', enabled: '', pid: 0, refuses: 'Failed to reload daemon: Access denied\n' });
  await assert.rejects(
    run(cli => install(cli, YES)),
    {
      code: 'PROCESS_SERVICE_REFUSED',
      message: /"systemctl --user daemon-reload": Failed to reload daemon: Access denied/,
    },
  );
  writeFileSync(file, '[Unit]\n');
  for (const work of [install, uninstall])
    await assert.rejects(
      run(cli => work(cli, YES)),
      { code: 'PROCESS_SERVICE_REFUSED', message: /was not written by Holdfast/ },
    );
  assert.equal(readFileSync(file, 'utf8'), '[Unit]\n');
});

test('without systemd the unit is written, and the commands are told', onLinux, async t => {
  const { folder, run } = await stage(t);
  const { code, stdout, stderr } = await run(cli => install({ ...cli, env: { ...cli.env, PATH: folder } }, YES));
  assert.equal(code, 0);
  assert.match(stdout, /^written: .*\.service\n$/);
  assert.match(stderr, /no systemd of this user answers; where it does, type:\n {2}systemctl --user daemon-reload\n/);
});

test('elsewhere it prints what to give to the system', { skip: os === 'linux' && 'there is systemd' }, async t => {
  const { run } = await stage(t);
  const { code, stdout, stderr } = await run(cli => install(cli, YES));
  assert.equal(code, 0);
  assert.match(stdout, /^<\?xml [\s\S]*<\/(plist|Task)>\n$/);
  assert.match(stderr, /put this into .*, then type:/);
});

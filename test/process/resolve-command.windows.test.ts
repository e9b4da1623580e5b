import assert from 'node:assert/strict';
import test from 'node:test';
import type { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { resolveCommand } from '../../src/process/resolve-command.ts';
import { windowsDisk } from './resolve/memory-files.ts';
import { server } from './resolve/server.ts';
import { modernShim } from './resolve/shims.ts';

// Windows' rules on a disk in memory, so that they are tried on every system.

const NODEJS = 'C:\\Program Files\\nodejs';
const APPDATA = 'C:\\Users\\a\\AppData\\Roaming';
const LOCAL = 'C:\\Users\\a\\AppData\\Local';
const NODE_SCRIPT = '#!/usr/bin/env node\n';

const disk = {
  'C:\\work\\readme.txt': '',
  [`${NODEJS}\\node.exe`]: '',
  [`${NODEJS}\\npx`]: '#!/bin/sh',
  [`${NODEJS}\\npx.cmd`]: '@ECHO OFF\r\nSET "NODE_EXE=%~dp0\\node.exe"\r\n"%NODE_EXE%" "%NPX_CLI_JS%" %*\r\n',
  [`${NODEJS}\\node_modules\\npm\\bin\\npx-cli.js`]: NODE_SCRIPT,
  [`${NODEJS}\\node_modules\\npm\\npmrc`]: `prefix=$\{APPDATA}\\npm\r\n`,
};

const own = {
  Path: `${NODEJS};"${APPDATA}\\npm";.;${LOCAL}\\Microsoft\\WindowsApps`,
  APPDATA,
  LOCALAPPDATA: LOCAL,
  USERPROFILE: 'C:\\Users\\a',
};

const resolve = (
  command: string,
  args: readonly string[] = [],
  files: Record<string, string> = {},
  more: Parameters<typeof server>[3] = {},
) =>
  resolveCommand(server('C:\\work', command, args, more), {
    os: 'windows',
    env: own,
    home: 'C:\\Users\\a',
    nodePath: 'D:\\own\\node.exe',
    files: windowsDisk({ ...disk, ...files }),
  });

const fails = (code: string, hint: RegExp) => (error: HoldfastError) => {
  assert.equal(error.code, code);
  assert.match(error.hint, hint);
  return true;
};

test('npx is node and the script beside npx.cmd', async () => {
  const plan = await resolve('npx', ['-y', 'tool']);
  assert.equal(plan.file, `${NODEJS}\\node.exe`);
  assert.deepEqual(plan.args, [`${NODEJS}\\node_modules\\npm\\bin\\npx-cli.js`, '-y', 'tool']);
  assert.equal(plan.verbatim, undefined);
});

test('an npm that the user has upgraded comes first, as in npx.cmd', async () => {
  const upgraded = `${APPDATA}\\npm\\node_modules\\npm\\bin\\npx-cli.js`;
  assert.equal((await resolve('npx', ['tool'], { [upgraded]: NODE_SCRIPT })).args[0], upgraded);
});

test('"cmd /c npx" is npx, in both ways of writing it', async () => {
  const wanted = await resolve('npx', ['-y', 'tool']);
  assert.deepEqual(await resolve('cmd', ['/c', 'npx', '-y', 'tool']), wanted);
  assert.deepEqual(await resolve('cmd.exe', ['/d', '/s', '/C', 'npx -y tool']), wanted);
});

test('what needs a shell keeps its cmd', async () => {
  const cmd = { 'C:\\Windows\\System32\\cmd.exe': '' };
  const env = { PATH: `${NODEJS};C:\\Windows\\System32` };
  const plan = await resolve('cmd', ['/c', 'npx tool > log'], cmd, { env });
  assert.equal(plan.file, 'C:\\Windows\\System32\\cmd.exe');
  assert.deepEqual(plan.args, ['/c', 'npx tool > log']);
});

test('a cached package is started directly', async () => {
  const modules = `${LOCAL}\\npm-cache\\_npx\\abc\\node_modules`;
  const plan = await resolve('npx', ['-y', '@s/tool@2', 'x'], {
    [`${modules}\\.package-lock.json`]: '{"packages":{"node_modules/@s/tool":{"version":"2.1.0"}}}',
    [`${modules}\\@s\\tool\\package.json`]: '{"name":"@s/tool","version":"2.1.0","bin":"dist/cli.js"}',
    [`${modules}\\@s\\tool\\dist\\cli.js`]: NODE_SCRIPT,
  });
  assert.equal(plan.launch, 'direct');
  assert.deepEqual(plan.args, [`${modules}\\@s\\tool\\dist\\cli.js`, 'x']);
  assert.ok(plan.env.Path?.startsWith(`${modules}\\.bin;`));
});

test('an npm shim on PATH is replaced by its script, with the node beside it if there is one', async () => {
  const shim = { [`${APPDATA}\\npm\\tool.cmd`]: modernShim('node_modules\\tool\\cli.js', '--no-warnings') };
  const script = { [`${APPDATA}\\npm\\node_modules\\tool\\cli.js`]: NODE_SCRIPT };
  const plan = await resolve('tool', ['a%b'], { ...shim, ...script });
  assert.equal(plan.file, `${NODEJS}\\node.exe`);
  assert.deepEqual(plan.args, ['--no-warnings', `${APPDATA}\\npm\\node_modules\\tool\\cli.js`, 'a%b']);
  const near = { [`${APPDATA}\\npm\\node.exe`]: '' };
  assert.equal((await resolve('tool', [], { ...shim, ...script, ...near })).file, `${APPDATA}\\npm\\node.exe`);
  await assert.rejects(resolve('tool', [], shim), fails('PROCESS_COMMAND_NOT_FOUND', /is not: install it again/));
});

test('npx takes a command of the .bin above', async () => {
  const plan = await resolve('npx', ['the-server'], {
    'C:\\node_modules\\.bin\\the-server.cmd': modernShim('..\\@s\\server\\index.js'),
    'C:\\node_modules\\@s\\server\\index.js': NODE_SCRIPT,
    'C:\\node_modules\\@s\\server\\package.json': '{"name":"@s/server","version":"1.0.0"}',
  });
  assert.deepEqual(plan.package, { name: '@s/server', version: '1.0.0' });
});

test('an unknown batch file runs through cmd.exe, quoted by us', async () => {
  const plan = await resolve('C:\\tools\\my server.bat', ['a b', '&calc'], {
    'C:\\tools\\my server.bat': '@other.exe %*',
  });
  assert.equal(plan.file, 'C:\\Windows\\System32\\cmd.exe');
  assert.deepEqual(plan.args, ['/d', '/v:off', '/s', '/c', '""C:\\tools\\my server.bat" "a b" "&calc""']);
  assert.equal(plan.verbatim, true);
});

test('arguments that a batch file would change are refused by number', async () => {
  const files = { 'C:\\tools\\x.bat': '@other.exe %*', 'C:\\100%\\x.bat': '' };
  const refused = resolve('C:\\tools\\x.bat', ['ok', '%PATH%'], files);
  await assert.rejects(refused, (error: HoldfastError) => {
    assert.equal(error.code, 'PROCESS_COMMAND_UNSAFE');
    assert.equal(error.details.index, 1);
    assert.match(error.message, /argument 2 holds "%"/);
    return true;
  });
  await assert.rejects(resolve('C:\\100%\\x.bat', [], files), /its path holds "%"/);
  await assert.rejects(resolve('C:\\tools\\x.bat', ['x'.repeat(8_200)], files), { code: 'PROCESS_COMMAND_TOO_LONG' });
  await assert.rejects(resolve('node', ['x'.repeat(33_000)]), { code: 'PROCESS_COMMAND_TOO_LONG' });
});

test('PATHEXT decides, the current folder is not searched, and shell scripts are not taken', async () => {
  const files = {
    'C:\\work\\here.exe': '',
    [`${NODEJS}\\two.cmd`]: modernShim('x.js'),
    [`${NODEJS}\\two.exe`]: '',
    [`${NODEJS}\\sh`]: '',
  };
  assert.equal((await resolve('two', [], files)).file, `${NODEJS}\\two.exe`);
  assert.equal((await resolve('TWO.EXE', [], files)).file, `${NODEJS}\\TWO.EXE`);
  assert.equal((await resolve('.\\here', [], files)).file, 'C:\\work\\here.exe');
  await assert.rejects(resolve('here', [], files), { code: 'PROCESS_COMMAND_NOT_FOUND' });
  await assert.rejects(resolve('sh', [], files), { code: 'PROCESS_COMMAND_NOT_FOUND' });
});

test('a node script that is named outright runs, other files do not', async () => {
  const files = { 'C:\\work\\s.js': NODE_SCRIPT, 'C:\\work\\s.py': 'print()' };
  const plan = await resolve('./s.js', ['x'], files);
  assert.deepEqual([plan.file, ...plan.args], [`${NODEJS}\\node.exe`, 'C:\\work\\s.js', 'x']);
  await assert.rejects(resolve('.\\s.py', [], files), fails('PROCESS_NOT_EXECUTABLE', /"command": "python"/));
});

test('the Store placeholder of Python is passed over, a Python from the Store is not', async () => {
  const alias = `${LOCAL}\\Microsoft\\WindowsApps\\python.exe`;
  const redirector =
    '-> C:\\Program Files\\WindowsApps\\Microsoft.DesktopAppInstaller\\AppInstallerPythonRedirector.exe';
  await assert.rejects(
    resolve('python', [], { [alias]: redirector }),
    fails(
      'PROCESS_COMMAND_NOT_FOUND',
      /^"python" is only the placeholder that opens the Microsoft Store: install Python/,
    ),
  );
  // Some tools show the alias as an empty file.
  await assert.rejects(resolve(alias, [], { [alias]: '' }), fails('PROCESS_COMMAND_NOT_FOUND', /Microsoft Store/));
  const real = '-> C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.13\\python3.13.exe';
  assert.equal((await resolve('python', [], { [alias]: real })).file, alias);
});

test('where "python" is missing or a placeholder, the one that is here is named: py, then python3', async () => {
  const at = (name: string) => `${LOCAL}\\Microsoft\\WindowsApps\\${name}.exe`;
  const stubs = { [at('python')]: '', [at('python3')]: '' };
  const py = { 'C:\\Windows\\py.exe': '' };
  const env = { PATH: `C:\\Windows;C:\\Python;${LOCAL}\\Microsoft\\WindowsApps` };
  const hint = (name: string) => fails('PROCESS_COMMAND_NOT_FOUND', new RegExp(`; "${name}" is here: use it`));
  await assert.rejects(resolve('python', [], { ...stubs, ...py, 'C:\\Python\\python3.exe': '' }, { env }), hint('py'));
  await assert.rejects(resolve('python', [], { ...stubs, 'C:\\Python\\python3.exe': '' }, { env }), hint('python3'));
  await assert.rejects(resolve('python3', [], { ...stubs, 'C:\\Python\\python.exe': '' }, { env }), hint('python'));
  const missing = resolve('py', [], { 'C:\\Python\\python.exe': '' }, { env });
  await assert.rejects(missing, fails('PROCESS_COMMAND_NOT_FOUND', /^"python" is here: use it as "command"/));
});

test("uvx is the program that the server's PATH finds, with the longer deadline, and its arguments are left alone", async () => {
  const uvx = 'C:\\Users\\a\\.local\\bin\\uvx.exe';
  const env = { PATH: 'C:\\Users\\a\\.local\\bin' };
  const plan = await resolve(
    'uvx',
    ['mcp-server-time', '--local-timezone=Europe/Oslo', '%TZ%'],
    { [uvx]: '' },
    { env },
  );
  assert.deepEqual(
    [plan.file, plan.args, plan.mayDownload],
    [uvx, ['mcp-server-time', '--local-timezone=Europe/Oslo', '%TZ%'], true],
  );
  await assert.rejects(resolve('uvx'), fails('PROCESS_COMMAND_NOT_FOUND', /^install uv, which brings uvx/));
});

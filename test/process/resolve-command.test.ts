import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import type { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { os } from '../../src/platform/platform.ts';
import { explain, resolveCommand } from '../../src/process/resolve-command.ts';
import { projectRoot } from '../support/project-root.ts';
import { server } from './resolve/server.ts';

// Windows has a file of its own.
const posix = { skip: os === 'windows' && 'about links, execute bits and first lines' };

const NODE_SCRIPT = '#!/usr/bin/env node\n';

/** A home, a PATH folder with node and npx, and a project, all empty otherwise. */
async function machine(t: TestContext) {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'holdfast-resolve-')));
  t.after(() => rm(root, { recursive: true }));
  const at = (...parts: string[]) => path.join(root, ...parts);
  const write = async (file: string, text = '', mode = 0o644): Promise<string> => {
    await mkdir(path.dirname(at(file)), { recursive: true });
    await writeFile(at(file), text);
    await chmod(at(file), mode);
    return at(file);
  };
  const program = (file: string, text = NODE_SCRIPT) => write(file, text, 0o755);
  const link = async (file: string, target: string): Promise<void> => {
    await mkdir(path.dirname(at(file)), { recursive: true });
    await symlink(target, at(file));
  };

  const npxCli = await program('usr/lib/node_modules/npm/bin/npx-cli.js');
  const node = await program('usr/bin/node', 'binary');
  await link('usr/bin/npx', '../lib/node_modules/npm/bin/npx-cli.js');
  await mkdir(at('home/project'), { recursive: true });

  /** Puts a package into a node_modules folder; `bin` is a path unless a map of commands is given. */
  const install = async (
    modules: string,
    name: string,
    version: string,
    {
      bin = 'cli.js',
      text = NODE_SCRIPT,
      ...more
    }: { bin?: string | Record<string, string>; text?: string; engines?: object } = {},
  ): Promise<string> => {
    await write(`${modules}/${name}/package.json`, JSON.stringify({ name, version, bin, ...more }));
    for (const script of typeof bin === 'string' ? [bin] : Object.values(bin))
      await write(`${modules}/${name}/${script}`, text);
    return at(modules, name);
  };
  /** Puts a package into npx's cache, finished or cut off. */
  const cache = async (hash: string, name: string, version: string, finished = true): Promise<string> => {
    const modules = `home/.npm/_npx/${hash}/node_modules`;
    const folder = await install(modules, name, version);
    const packages = { [`node_modules/${name}`]: { version } };
    if (finished) await write(`${modules}/.package-lock.json`, JSON.stringify({ packages }));
    return folder;
  };
  const cwd = at('home/project');
  const context = {
    os: 'linux',
    env: { PATH: at('usr/bin'), HOME: at('home') } as Record<string, string>,
    home: at('home'),
    nodePath: at('own/node'),
    versions: { node: '20.20.2' },
  } as const;
  const resolve = (command: string, args: readonly string[] = [], more: Parameters<typeof server>[3] = {}) =>
    resolveCommand(server(cwd, command, args, more), context);
  return { at, write, program, link, install, cache, resolve, cwd, context, node, npxCli };
}

const fails = (code: string, hint: RegExp) => (error: HoldfastError) => {
  assert.equal(error.code, code);
  assert.match(error.hint, hint);
  assert.equal(error.server, 'test');
  return true;
};

test('npx of a package that this project has starts it without npx', async () => {
  const root = projectRoot();
  const name = '@modelcontextprotocol/server-everything';
  const context = { os, env: process.env, home: homedir(), nodePath: process.execPath };
  const plan = await resolveCommand(server(root, 'npx', ['-y', name, 'stdio']), context);
  const modules = path.join(root, 'node_modules');
  const { version } = JSON.parse(await readFile(path.join(modules, name, 'package.json'), 'utf8'));
  assert.equal(plan.launch, 'direct');
  assert.deepEqual(plan.args, [path.join(modules, name, 'dist', 'index.js'), 'stdio']);
  assert.deepEqual(plan.package, { name, version });
  assert.equal(plan.mayDownload, false);
});

test('a local package is started directly, with its commands first on PATH', posix, async t => {
  const m = await machine(t);
  const folder = await m.install('home/node_modules', '@s/tool', '1.2.3', {
    text: '#!/usr/bin/env -S node --no-warnings\n',
  });
  const plan = await m.resolve('npx', ['-y', '@s/tool@^1.1', '--data', 'x']);
  assert.equal(plan.file, m.node);
  assert.deepEqual(plan.args, ['--no-warnings', path.join(folder, 'cli.js'), '--data', 'x']);
  assert.equal(plan.launch, 'direct');
  assert.match(plan.why, /npx package @s\/tool@1\.2\.3 is already in .*node_modules, started without npx/);
  assert.equal(plan.env.PATH, `${m.at('home/node_modules/.bin')}:${m.at('usr/bin')}`);
});

test(
  'of several versions in the npx cache a bare name starts the newest, a range the newest that fits',
  posix,
  async t => {
    const m = await machine(t);
    await m.cache('a', 'tool', '1.9.0');
    await m.cache('b', 'tool', '1.10.0');
    await m.cache('c', 'tool', '2.0.0');
    const version = async (spec: string) => (await m.resolve('npx', ['-y', spec])).package?.version;
    assert.equal(await version('tool'), '2.0.0');
    assert.equal(await version('tool@1'), '1.10.0');
    assert.equal(await version('tool@1.9.0'), '1.9.0');
    assert.equal(await version('tool@3'), undefined);
  },
);

test('an install that was cut off is not started', posix, async t => {
  const m = await machine(t);
  await m.cache('a', 'tool', '2.0.0', false);
  const plan = await m.resolve('npx', ['-y', 'tool']);
  assert.equal(plan.launch, 'resolved');
  assert.match(plan.why, /it is not installed yet/);
});

test('what is not here goes to npx, as node and its script, and may be downloaded', posix, async t => {
  const m = await machine(t);
  await m.install('home/project/node_modules', 'tool', '1.0.0');
  const plan = await m.resolve('npx', ['-y', 'tool@2']);
  assert.equal(plan.file, m.node);
  assert.deepEqual(plan.args, [m.npxCli, '-y', 'tool@2']);
  assert.equal(plan.launch, 'resolved');
  assert.match(plan.why, /only 1\.0\.0 is installed/);
  assert.equal(plan.mayDownload, true);
});

test('a tag is left to npx although a version is here', posix, async t => {
  const m = await machine(t);
  await m.cache('a', 'tool', '2.0.0');
  assert.match((await m.resolve('npx', ['tool@latest'])).why, /only the registry knows what "@latest" is/);
});

test('launch "as-written" runs npx itself', posix, async t => {
  const m = await machine(t);
  await m.cache('a', 'tool', '2.0.0');
  const plan = await m.resolve('npx', ['tool'], { options: { launch: 'as-written' } });
  assert.equal(plan.file, m.at('usr/bin/npx'));
  assert.deepEqual(plan.args, ['tool']);
  assert.equal(plan.launch, 'as-written');
});

test('a package whose command is no node script, or not to be guessed, is left to npx', posix, async t => {
  const m = await machine(t);
  await m.install('home/project/node_modules', 'bunny', '1.0.0', { text: '#!/usr/bin/env bun\n' });
  await m.install('home/project/node_modules', 'many', '1.0.0', { bin: { a: 'a.js', b: 'b.js' } });
  assert.match((await m.resolve('npx', ['bunny'])).why, /"cli\.js" of bunny@1\.0\.0 is not a node script/);
  assert.match((await m.resolve('npx', ['many'])).why, /no command of its own name/);
  const named = await m.resolve('npx', ['--package=many', 'b', 'x']);
  assert.deepEqual(named.args, [m.at('home/project/node_modules/many/b.js'), 'x']);
});

test("a command of a neighbour's .bin comes before a package of that name", posix, async t => {
  const m = await machine(t);
  await m.install('home/project/node_modules', '@s/server', '3.1.0', { bin: { 'the-server': 'dist/index.js' } });
  await m.write('home/project/node_modules/@s/server/dist/package.json', '{"type":"module"}');
  await m.link('home/project/node_modules/.bin/the-server', '../@s/server/dist/index.js');
  await m.cache('a', 'the-server', '9.0.0');
  assert.deepEqual((await m.resolve('npx', ['the-server'])).package, { name: '@s/server', version: '3.1.0' });
});

test('a project that provides the command itself is left to npx', posix, async t => {
  const m = await machine(t);
  await m.write('home/project/package.json', JSON.stringify({ name: '@me/x', bin: { tool: 'x.js' } }));
  await m.cache('a', 'tool', '9.0.0');
  assert.match((await m.resolve('npx', ['tool'])).why, /provides it itself/);
});

test('a global package is found beside npm', posix, async t => {
  const m = await machine(t);
  await m.install('usr/lib/node_modules', 'tool', '4.0.0', { engines: { node: '>=99' } });
  assert.equal((await m.resolve('npx', ['tool@4'])).package?.version, '4.0.0');
});

test('without node or npx on the PATH ours are used', posix, async t => {
  const m = await machine(t);
  await m.program('own/node', 'binary');
  await m.link('own/npx', m.npxCli);
  await m.install('home/project/node_modules', 'tool', '1.0.0', { engines: { node: '>=99' } });
  const bare = { env: { PATH: m.at('empty') } };
  const node = await m.resolve('node', ['x.js'], bare);
  assert.equal(node.file, m.at('own/node'));
  assert.equal(node.launch, 'resolved');
  const npx = await m.resolve('npx', ['other'], bare);
  assert.deepEqual([npx.file, ...npx.args], [m.at('own/node'), m.npxCli, 'other']);
  assert.equal(npx.env.PATH, `${m.at('own')}:${m.at('empty')}`);
  assert.match((await m.resolve('npx', ['tool'], bare)).why, /it asks for node >=99, this is 20\.20\.2/);
});

test('a command is found on the PATH of the server, and one with a slash from its folder', posix, async t => {
  const m = await machine(t);
  await m.program('home/project/bin/tool', '#!/usr/bin/env node\n');
  await m.write('other/tool', 'not executable');
  const env = { PATH: `${m.at('other')}:bin:${m.at('usr/bin')}` };
  const onPath = await m.resolve('tool', ['a'], { env });
  assert.deepEqual([onPath.file, onPath.launch], [m.at('home/project/bin/tool'), 'as-written']);
  assert.equal((await m.resolve('./bin/tool')).file, m.at('home/project/bin/tool'));
});

test('a script whose interpreter is missing is an error of its own, unless Node can run it', posix, async t => {
  const m = await machine(t);
  await m.program('usr/bin/old', '#!/gone/venv/bin/python\n');
  await m.program('usr/bin/script', '#!/gone/node --x\n');
  await assert.rejects(
    m.resolve('old'),
    fails('PROCESS_COMMAND_NOT_FOUND', /first line of .*old asks for "\/gone\/venv\/bin\/python"/),
  );
  const plan = await m.resolve('script', ['a']);
  assert.deepEqual([plan.file, ...plan.args], [m.node, '--x', m.at('usr/bin/script'), 'a']);
});

test('what cannot be started says what to do', posix, async t => {
  const m = await machine(t);
  await m.write('home/project/server.js', NODE_SCRIPT);
  await m.program('usr/bin/python3', 'binary');
  await m.program('elsewhere/tool', 'binary');
  const missing = 'PROCESS_COMMAND_NOT_FOUND';
  await assert.rejects(m.resolve('npx -y foo'), fails(missing, /"args": "command": "npx", "args": \["-y","foo"\]/));
  await assert.rejects(m.resolve(`${m.at('usr/bin/npx')} foo`), fails(missing, /write the arguments in "args"/));
  await assert.rejects(m.resolve('uvx'), fails(missing, /install uv/));
  await assert.rejects(m.resolve('python'), fails(missing, /"python3" is here/));
  await assert.rejects(m.resolve('nodd'), fails(missing, /did you mean "node"/));
  await assert.rejects(m.resolve('~/x'), fails(missing, /not expanded/));
  await assert.rejects(m.resolve('./gone'), fails(missing, /relative command/));
  await assert.rejects(m.resolve(m.cwd), fails(missing, /is a folder/));
  await assert.rejects(m.resolve('node2', [], { env: { PATH: '' } }), fails(missing, /install it/));
  await assert.rejects(
    m.resolve('./server.js'),
    fails('PROCESS_NOT_EXECUTABLE', /"command": "node" and the file first/),
  );
  await assert.rejects(m.resolve('node', ['a\0b']), fails('PROCESS_COMMAND_UNSAFE', /NUL/));
  const hidden = m.resolve('npx', [], { env: { PATH: m.at('empty') } });
  await assert.rejects(hidden, fails(missing, /it is at .*npx, but the server's own PATH/));
  await assert.rejects(
    resolveCommand(server(m.at('no/folder'), 'node'), m.context),
    fails('PROCESS_CWD_MISSING', /create the folder/),
  );
});

test('tools that fetch what they lack get the longer deadline', posix, async t => {
  const m = await machine(t);
  for (const tool of ['uvx', 'docker', 'node']) await m.program(`usr/bin/${tool}`, 'binary');
  const may = async (command: string, ...args: string[]) => (await m.resolve(command, args)).mayDownload;
  assert.equal(await may('uvx', 'x'), true);
  assert.equal(await may('uvx', '--offline', 'x'), false);
  assert.equal(await may('docker', 'run', 'x'), true);
  assert.equal(await may('docker', 'exec', 'x'), false);
  assert.equal(await may('node', 'run'), false);
});

test('a docker run explains what it is given, and what is odd about it', posix, async t => {
  const m = await machine(t);
  const docker = await m.program('usr/bin/docker', 'binary');
  const lines = explain(await m.resolve('docker', ['run', '--rm', 'mcp/fetch']));
  assert.equal(lines[0], `runs      ${docker} run --init --rm mcp/fetch`);
  assert.equal(lines[2], `launch    resolved: found at ${docker}; the container of mcp/fetch is ended with it`);
  assert.equal(lines[3], 'container ended by its id; each start adds --cidfile and two labels of its own');
  assert.match(lines[4] ?? '', /^note {6}"docker run" without -i gives the server no stdin/);
});

test('a plan explains itself without values of variables', posix, async t => {
  const m = await machine(t);
  const plan = await m.resolve('node', ['a b.js'], { env: { KEY: 'hidden' } });
  const text = explain(plan).join('\n');
  assert.match(text, /runs {6}.*node "a b\.js"\n/);
  assert.match(text, /\bKEY\b/);
  assert.doesNotMatch(text, /hidden/);
});

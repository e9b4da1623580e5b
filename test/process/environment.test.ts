import assert from 'node:assert/strict';
import test from 'node:test';
import { childEnvironment, readVariable, type Variables, withPathFolder } from '../../src/process/environment.ts';

const build = (os: 'linux' | 'windows', own: Variables, env: Record<string, string> = {}, inheritEnv = false) =>
  childEnvironment({ os, own, server: { env, inheritEnv } });

test('a child gets the allow-list and its own variables, and what stays behind is named', () => {
  const { env, withheld } = build(
    'linux',
    { PATH: '/bin', HOME: '/home/a', LC_ALL: 'C', XDG_RUNTIME_DIR: '/run', SECRET: 's', API_KEY: 'k' },
    { API_KEY: 'mine' },
  );
  assert.deepEqual(env, {
    PATH: '/bin',
    HOME: '/home/a',
    LC_ALL: 'C',
    XDG_RUNTIME_DIR: '/run',
    API_KEY: 'mine',
    PYTHONUTF8: '1',
    PYTHONUNBUFFERED: '1',
  });
  assert.deepEqual(withheld, ['SECRET']);
});

test('proxy, certificate and npm variables pass in upper and lower case', () => {
  const own = {
    https_proxy: 'http://p',
    NO_PROXY: 'x',
    NODE_EXTRA_CA_CERTS: '/ca',
    npm_config_cache: '/c',
    npm_config__auth: 's',
  };
  const { env, withheld } = build('linux', own);
  assert.equal(env.https_proxy, 'http://p');
  assert.equal(env.npm_config_cache, '/c');
  assert.deepEqual(withheld, ['npm_config__auth']);
});

test('inheritEnv passes everything but what is ours alone and exported bash functions', () => {
  const own = {
    SECRET: 's',
    ELECTRON_RUN_AS_NODE: '1',
    HOLDFAST_TOKEN: 't',
    NODE_CHANNEL_FD: '3',
    'BASH_FUNC_f%%': '() { :; }',
  };
  const { env, withheld } = build('linux', own, {}, true);
  assert.deepEqual(Object.keys(env).sort(), ['PYTHONUNBUFFERED', 'PYTHONUTF8', 'SECRET']);
  assert.deepEqual(withheld, []);
});

test('a server may set what we would not hand down', () => {
  const { env } = build('linux', { ELECTRON_RUN_AS_NODE: '1' }, { ELECTRON_RUN_AS_NODE: '1', PYTHONUTF8: '0' });
  assert.equal(env.ELECTRON_RUN_AS_NODE, '1');
  assert.equal(env.PYTHONUTF8, '0');
});

test('on POSIX names that differ in case are different variables', () => {
  const { env } = build('linux', { PATH: '/bin' }, { Path: 'x' });
  assert.equal(env.PATH, '/bin');
  assert.equal(env.Path, 'x');
});

test('on Windows the last spelling of a name is the only one', () => {
  const { env } = build('windows', { Path: 'C:\\a', SystemRoot: 'D:\\Win' }, { PATH: 'C:\\b', systemroot: 'E:\\W' });
  assert.deepEqual(
    Object.keys(env).filter(name => /^(path|systemroot)$/i.test(name)),
    ['PATH', 'systemroot'],
  );
  assert.equal(env.PATH, 'C:\\b');
});

test('a bare environment on Windows is completed with what Winsock and cmd need', () => {
  const { env } = build('windows', {});
  assert.equal(env.SystemRoot, 'C:\\Windows');
  assert.equal(env.windir, 'C:\\Windows');
  assert.equal(env.SystemDrive, 'C:');
  assert.equal(env.ComSpec, 'C:\\Windows\\System32\\cmd.exe');
  assert.equal(build('windows', { windir: 'D:\\W' }).env.SystemRoot, 'D:\\W');
});

test('a folder goes in front of PATH however that is spelled', () => {
  assert.deepEqual(withPathFolder('windows', { Path: 'C:\\a' }, 'C:\\b'), { Path: 'C:\\b;C:\\a' });
  assert.deepEqual(withPathFolder('linux', { PATH: '' }, '/b'), { PATH: '/b' });
  assert.equal(readVariable('windows', { Path: 'x' }, 'PATH'), 'x');
});

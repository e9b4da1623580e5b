import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locateConfig, stateDir } from '../../src/config/locate.ts';

const linux = { env: {}, cwd: '/srv', home: '/home/ada', os: 'linux' } as const;
const windows = { env: {}, cwd: 'D:\\work', home: 'C:\\Users\\Ada', os: 'windows' } as const;
const none = () => false;
const all = () => true;

test('--config wins, and is relative to the current folder', () => {
  const found = locateConfig({ ...linux, flag: 'x/my.json', env: { HOLDFAST_CONFIG: '/other.json' }, isFile: none });
  assert.deepEqual(found, { file: '/srv/x/my.json', tried: ['/srv/x/my.json'] });
});

test('HOLDFAST_CONFIG comes next; an empty one counts as none', () => {
  assert.equal(locateConfig({ ...linux, env: { HOLDFAST_CONFIG: 'a.json' }, isFile: none }).file, '/srv/a.json');
  assert.equal(locateConfig({ ...linux, env: { HOLDFAST_CONFIG: '' }, isFile: all }).file, '/srv/holdfast.json');
});

test('then the current folder, then the config folder of the user', () => {
  const user = '/home/ada/.config/holdfast/holdfast.json';
  assert.equal(locateConfig({ ...linux, isFile: all }).file, '/srv/holdfast.json');
  assert.equal(locateConfig({ ...linux, isFile: path => path === user }).file, user);
});

test('where there is none, all places that were tried are told', () => {
  assert.deepEqual(locateConfig({ ...linux, isFile: none }), {
    file: null,
    tried: ['/srv/holdfast.json', '/home/ada/.config/holdfast/holdfast.json'],
  });
});

const folders: readonly (readonly [
  says: string,
  where: Omit<Parameters<typeof locateConfig>[0], 'isFile'>,
  file: string,
])[] = [
  ['XDG_CONFIG_HOME', { ...linux, env: { XDG_CONFIG_HOME: '/cfg' } }, '/cfg/holdfast/holdfast.json'],
  ['not a relative one', { ...linux, env: { XDG_CONFIG_HOME: 'cfg' } }, '/home/ada/.config/holdfast/holdfast.json'],
  ['macOS', { ...linux, os: 'macos' }, '/home/ada/Library/Application Support/holdfast/holdfast.json'],
  ['APPDATA', { ...windows, env: { APPDATA: 'C:\\Roam' } }, 'C:\\Roam\\holdfast\\holdfast.json'],
  ['Windows without APPDATA', windows, 'C:\\Users\\Ada\\AppData\\Roaming\\holdfast\\holdfast.json'],
];
for (const [says, where, file] of folders) {
  test(`the config folder of the user: ${says}`, () => {
    assert.equal(locateConfig({ ...where, isFile: none }).tried.at(-1), file);
  });
}

test('the state folder has a name of its own for each configuration', () => {
  const one = stateDir({ ...linux, configFile: '/srv/a.json' });
  assert.match(one, /^\/home\/ada\/\.local\/state\/holdfast\/[0-9a-f]{16}$/);
  assert.equal(stateDir({ ...linux, configFile: '/srv/a.json' }), one);
  assert.notEqual(stateDir({ ...linux, configFile: '/srv/b.json' }), one);
});

test('--state-dir wins over HOLDFAST_STATE_DIR, which wins over the default', () => {
  const env = { HOLDFAST_STATE_DIR: '/s' };
  assert.equal(stateDir({ ...linux, env, flag: 'mine', configFile: '/a' }), '/srv/mine');
  assert.equal(stateDir({ ...linux, env, configFile: '/a' }), '/s');
});

test('the state folder follows the habits of each system', () => {
  const configFile = '/a';
  assert.match(stateDir({ ...linux, env: { XDG_STATE_HOME: '/st' }, configFile }), /^\/st\/holdfast\/\w+$/);
  assert.match(
    stateDir({ ...linux, os: 'macos', configFile }),
    /^\/home\/ada\/Library\/Application Support\/holdfast\/\w+$/,
  );
  assert.match(stateDir({ ...windows, env: { LOCALAPPDATA: 'C:\\Loc' }, configFile }), /^C:\\Loc\\holdfast\\\w+$/);
  assert.match(stateDir({ ...windows, configFile }), /^C:\\Users\\Ada\\AppData\\Local\\holdfast\\\w+$/);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { npmCacheFolder, npmGlobalModules, readNpmrc } from '../../../src/process/resolve/npm-folders.ts';
import type { Place } from '../../../src/process/resolve/place.ts';
import { windowsDisk } from './memory-files.ts';

// npm's way of naming a variable, which is not ours
const braces = (name: string): string => `$\{${name}}`;

const place = (files: Record<string, string>, env: Record<string, string> = {}): Place => ({
  os: 'windows',
  files: windowsDisk(files),
  env: { USERPROFILE: 'C:\\Users\\a', ...env },
  cwd: 'C:\\work\\sub',
  home: 'C:\\Users\\a',
  nodePath: 'C:\\node.exe',
  nodeVersion: undefined,
});

test('the cache is where the environment, the project, the user or npm says, in this order', async () => {
  const user = { 'C:\\Users\\a\\.npmrc': 'cache = ~/mine\n' };
  const project = {
    ...user,
    'C:\\work\\package.json': '{}',
    'C:\\work\\.npmrc': `; cache=no\ncache=${braces('CACHES')}\\npm`,
  };
  assert.equal(await npmCacheFolder(place({})), 'C:\\Users\\a\\AppData\\Local\\npm-cache');
  assert.equal(await npmCacheFolder(place({}, { LocalAppData: 'D:\\l' })), 'D:\\l\\npm-cache');
  assert.equal(await npmCacheFolder(place(user)), 'C:\\Users\\a\\mine');
  assert.equal(await npmCacheFolder(place(project, { CACHES: 'D:\\c' })), 'D:\\c\\npm');
  assert.equal(await npmCacheFolder(place(project, { NPM_CONFIG_CACHE: 'E:\\e' })), 'E:\\e');
});

test('global packages are in the prefix of the user', async () => {
  assert.equal(await npmGlobalModules(place({}), undefined), 'C:\\Users\\a\\AppData\\Roaming\\npm\\node_modules');
  const user = place({ 'C:\\Users\\a\\.npmrc': 'prefix="D:\\g"' });
  assert.equal(await npmGlobalModules(user, undefined), 'D:\\g\\node_modules');
});

test('without a setting the word that the installer left with npm counts, else the folder that npm lives in', async () => {
  const npxCli = 'D:\\node\\node_modules\\npm\\bin\\npx-cli.js';
  const installer = { 'D:\\node\\node_modules\\npm\\npmrc': `prefix=${braces('APPDATA')}\\npm\r\n` };
  const env = { APPDATA: 'E:\\roaming' };
  assert.equal(await npmGlobalModules(place(installer, env), npxCli), 'E:\\roaming\\npm\\node_modules');
  // A zip file, and most version managers.
  assert.equal(await npmGlobalModules(place({}, env), npxCli), 'D:\\node\\node_modules');
  const user = { ...installer, 'C:\\Users\\a\\.npmrc': 'prefix=F:\\mine' };
  assert.equal(await npmGlobalModules(place(user, env), npxCli), 'F:\\mine\\node_modules');
});

test('an unset variable in .npmrc stays as it is, and the last line of a name counts', () => {
  assert.equal(
    readNpmrc(`cache=a\ncache=${braces('NOT_SET')}/b\n#cache=c`, 'cache', () => undefined),
    `${braces('NOT_SET')}/b`,
  );
  assert.equal(
    readNpmrc('other=a', 'cache', () => undefined),
    undefined,
  );
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { openWin32 } from '../../../src/platform/win32.ts';
import { systemProxies } from '../../../src/platform/windows/proxy-settings.ts';

const { win32, why } = openWin32();
const REG = `${process.env.SystemRoot}\\System32\\reg.exe`;
const KEY = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings';

/** Sets a value for the test alone, and puts back what was there. */
function set(t: TestContext, key: string, name: string, type: string, value: string): void {
  const before = spawnSync(REG, ['query', key, '/v', name], { encoding: 'utf8' });
  const old = before.status === 0 ? (/REG_\w+\s+(.*?)\s*$/m.exec(before.stdout)?.[1] ?? '') : null;
  const add = (data: string) => spawnSync(REG, ['add', key, '/v', name, '/t', type, '/d', data, '/f']);
  assert.equal(add(value).status, 0);
  t.after(() => (old === null ? spawnSync(REG, ['delete', key, '/v', name, '/f']) : add(old)));
}

/** As Windows' own dialog writes them. `flags`: 1 direct, 2 proxy, 4 script. */
function dialog(t: TestContext, flags: number, proxy: string, bypass: string, pac: string): void {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const text = (value: string) => [number(value.length), Buffer.from(value, 'latin1')];
  const all = [number(0x46), number(1), number(flags), ...text(proxy), ...text(bypass), ...text(pac), Buffer.alloc(32)];
  set(t, `${KEY}\\Connections`, 'DefaultConnectionSettings', 'REG_BINARY', Buffer.concat(all).toString('hex'));
}

const options = { skip: why ?? false };
const [SERVER, EXCEPT, SCRIPT] = ['http=h.test:1;https=s.test:2', '*.corp;<local>', 'http://wpad.test/proxy.pac'];

test("the proxy of this user's Internet Settings is found, with its exceptions", options, t => {
  assert.ok(win32 !== null);
  dialog(t, 3, SERVER, EXCEPT, '');
  const [user] = systemProxies(win32);
  assert.deepEqual(user, { source: 'internet settings', proxy: SERVER, bypass: EXCEPT, pac: null });
});

test('a script that decides is found', options, t => {
  assert.ok(win32 !== null);
  dialog(t, 5, '', '', SCRIPT);
  const [user] = systemProxies(win32);
  assert.deepEqual([user?.proxy, user?.pac], [null, SCRIPT]);
});

test('what a policy wrote into the registry alone is found too, unless it is turned off', options, t => {
  assert.ok(win32 !== null);
  dialog(t, 1, '', '', '');
  set(t, KEY, 'ProxyServer', 'REG_SZ', 'p.test:3128');
  set(t, KEY, 'ProxyOverride', 'REG_SZ', EXCEPT);
  set(t, KEY, 'ProxyEnable', 'REG_DWORD', '1');
  const proxy = { source: 'internet settings', proxy: 'p.test:3128', bypass: EXCEPT, pac: null };
  assert.deepEqual(systemProxies(win32)[0], proxy);
  set(t, KEY, 'ProxyEnable', 'REG_DWORD', '0');
  set(t, KEY, 'AutoConfigURL', 'REG_SZ', SCRIPT);
  assert.deepEqual(systemProxies(win32)[0], { ...proxy, proxy: null, pac: SCRIPT });
});

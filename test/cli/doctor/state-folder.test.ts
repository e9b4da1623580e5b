import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StateFolderFacts, stateFolderVerdict } from '../../../src/cli/doctor/state-folder.ts';

const path = '/home/ada/.local/state/holdfast/1';
const good: StateFolderFacts = {
  os: 'linux',
  path,
  there: { isFolder: true, mode: 0o40700, uid: 1000 },
  isWritable: true,
  nearest: path,
  uid: 1000,
  sockets: [`${path}/control.sock`],
  manager: null,
};

const cases: readonly (readonly [name: string, facts: Partial<StateFolderFacts>, status: string, says: RegExp])[] = [
  ['one that is ours alone is fine', {}, 'ok', /is there$/],
  ['one that is not there yet is made later', { there: null, nearest: '/home/ada' }, 'ok', /made by the first start$/],
  ['who works with it is told', { manager: 12 }, 'ok', /manager 12 works with it$/],
  [
    'where its parent is locked it cannot be made',
    { there: null, isWritable: false, nearest: '/' },
    'problem',
    /^\/ cannot/,
  ],
  ['a file is no folder', { there: { isFolder: false, mode: 0o100644, uid: 1000 } }, 'problem', /is no folder$/],
  ['others must not look into it', { there: { isFolder: true, mode: 0o40755, uid: 1000 } }, 'warning', /mode 755/],
  [
    'Windows has no such modes',
    { os: 'windows', uid: null, there: { isFolder: true, mode: 0o40777, uid: 0 } },
    'ok',
    /there$/,
  ],
  ['somebody else’s is odd', { there: { isFolder: true, mode: 0o40700, uid: 0 } }, 'warning', /uid 0/],
  ['a long path moves the socket', { sockets: ['/run/user/1000/holdfast-1.sock'] }, 'ok', /socket lies elsewhere$/],
  ['no place for the socket is a problem', { sockets: [] }, 'problem', /too long/],
];
for (const [name, facts, status, says] of cases) {
  test(`state folder: ${name}`, () => {
    const verdict = stateFolderVerdict({ ...good, ...facts });
    assert.deepEqual([verdict.status, verdict.hint === null], [status, status === 'ok']);
    assert.match(verdict.summary, says);
  });
}

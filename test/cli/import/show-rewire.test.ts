import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beforeRewire } from '../../../src/cli/import/show-rewire.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';

test('before the question it stands which variables nobody asks for any more, and which servers are then for all', () => {
  const found = (name: string, project: string | null) => ({ name, from: { project } });
  const [asks, own, stays] = [found('asks', null), found('own', '/w'), found('stays', '/w')];
  const planned = [
    { name: 'asks', from: [asks], needs: [{ variable: 'API_KEY', why: 'VS Code asks for it' }] },
    { name: 'own', from: [own], needs: [] },
    { name: 'stays', from: [stays], needs: [{ variable: 'OTHER', why: 'VS Code asks for it' }] },
  ];
  const changes = [
    { result: {}, replaced: [asks, own] },
    { result: null, replaced: [stays] },
  ];
  const show = (...args: readonly unknown[]) => beforeRewire({ theme: plainTheme }, ...(args as [never, never]));
  assert.deepEqual(show(changes, planned), [
    'note no client asks for these any more, so set them where Holdfast starts: asks (API_KEY)',
    'note of a project until now, and then for every client: own',
    '',
  ]);
  assert.deepEqual(show([{ result: {}, replaced: [] }], planned), []);
});

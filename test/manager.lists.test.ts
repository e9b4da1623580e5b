import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LEGACY_VERSIONS } from '../src/session/handshake.ts';
import { manage, served } from './support/managed.ts';

describe('what servers offer', { concurrency: 2 }, () => {
  test('is listed of one server or of all, whatever kind it is', async t => {
    const servers = {
      one: served('well-behaved'),
      two: served('well-behaved'),
      // Has tools alone, and adds nothing to the other lists.
      old: served('old-protocol'),
    };
    const { manager } = await manage(t, servers);
    await manager.start();
    const lists = {
      tools: (server?: string) => manager.listTools(server),
      resources: (server?: string) => manager.listResources(server),
      resourceTemplates: (server?: string) => manager.listResourceTemplates(server),
      prompts: (server?: string) => manager.listPrompts(server),
    };
    for (const [kind, list] of Object.entries(lists)) {
      const [one, two, old, all] = [await list('one'), await list('two'), await list('old'), await list()];
      assert.deepEqual(all, [...one, ...two, ...old], kind);
      assert.ok(one.length > 0, kind);
      assert.deepEqual([...new Set(one.map(({ server }) => server))], ['one']);
      assert.equal(old.length > 0, kind === 'tools', kind);
    }
  });

  for (const version of LEGACY_VERSIONS) {
    test(`is used of a server that speaks ${version}`, async t => {
      const { manager, status, text, kill, event } = await manage(t, {
        one: served('old-protocol', { args: [version] }),
      });
      await manager.start();
      assert.equal(status().protocolVersion, version);
      assert.equal(await text('echo', { text: version }), version);
      kill();
      await event('server.ready', () => true, 2);
      assert.equal(await text('echo', { text: 'again' }), 'again');
      assert.equal(status().protocolVersion, version);
    });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exposedNames, serverParts, splitName } from '../../src/gateway/names.ts';

const ofClients = /^[A-Za-z0-9_-]{1,64}$/;
/** Few letters, so that names meet: what is replaced, the border, and names beyond every limit. */
const awkward = fc.oneof(
  fc.array(fc.constantFrom('a', 'b', '_', '-', '.', '/', ' ', 'é', '日', '😀', '\ud800'), { maxLength: 6 }).map(join),
  fc.array(fc.constantFrom('a', '_', '.'), { minLength: 35, maxLength: 130 }).map(join),
  fc.string(),
);
function join(parts: readonly string[]): string {
  return parts.join('');
}
const names = fc.uniqueArray(awkward, { minLength: 1, maxLength: 12 });

/** What clients see: every name of every server, with where it came from. */
function expose(servers: readonly string[], own: readonly string[]): Map<string, string> {
  const parts = serverParts(servers);
  const seen = new Map<string, string>();
  for (const server of servers) {
    for (const [name, exposed] of exposedNames(parts.get(server) ?? '', own)) {
      assert.equal(seen.has(exposed), false, `${exposed} has two meanings`);
      seen.set(exposed, JSON.stringify([server, name]));
    }
  }
  return seen;
}

test('names that fit are the server, two underscores and the name', () => {
  const parts = serverParts(['files', 'my-db']);
  assert.deepEqual(
    [...parts],
    [
      ['files', 'files'],
      ['my-db', 'my-db'],
    ],
  );
  assert.deepEqual(
    [...exposedNames('files', ['read_file', 'x-1'])],
    [
      ['read_file', 'files__read_file'],
      ['x-1', 'files__x-1'],
    ],
  );
});

test('characters that clients do not take are replaced', () => {
  assert.deepEqual(
    [...serverParts(['my server', '日本', 'a__b_'])],
    [
      ['my server', 'my_server'],
      ['日本', 'server'],
      ['a__b_', 'a_b'],
    ],
  );
  assert.equal(exposedNames('a', ['docs/read.page']).get('docs/read.page'), 'a__docs_read_page');
});

test('a name that would be too long ends with a hash of the whole', () => {
  const long = `read_${'x'.repeat(100)}`;
  const exposed = exposedNames('files', [long, `${long}y`]);
  assert.equal(exposed.get(long), 'files__read_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_469bf7a6');
  assert.equal(exposed.get(long)?.length, 64);
  assert.notEqual(exposed.get(long), exposed.get(`${long}y`));
});

test('of names that would be the same, the one that needs no change keeps it', () => {
  const exposed = exposedNames('s', ['a.b', 'a_b', 'a/b']);
  assert.equal(exposed.get('a_b'), 's__a_b');
  assert.match(exposed.get('a.b') ?? '', /^s__a_b_[0-9a-f]{8}$/);
  assert.match(exposed.get('a/b') ?? '', /^s__a_b_[0-9a-f]{8}$/);
});

test('a name that pretends to be the hash of another does not get its place', () => {
  const [stolen] = [...exposedNames('s', ['a.b', 'a/b']).values()].map(name => name.slice('s__'.length));
  const exposed = exposedNames('s', ['a.b', 'a/b', stolen ?? '']);
  assert.equal(exposed.get(stolen ?? ''), `s__${stolen}`);
  assert.equal(new Set(exposed.values()).size, 3);
});

test('every name is one that clients take, and no two have the same', () => {
  fc.assert(
    fc.property(names, names, (servers, own) => {
      for (const exposed of expose(servers, own).keys()) assert.match(exposed, ofClients);
    }),
  );
});

test('a name leads back to its server', () => {
  fc.assert(
    fc.property(names, names, (servers, own) => {
      const parts = serverParts(servers);
      for (const [server, part] of parts) {
        for (const exposed of exposedNames(part, own).values()) {
          const split = splitName(exposed);
          assert.equal(split?.serverPart, part);
          assert.equal([...parts].find(([, other]) => other === split?.serverPart)?.[0], server);
        }
      }
    }),
  );
  assert.equal(splitName('echo'), null);
});

test('the order of servers and names changes nothing', () => {
  fc.assert(
    fc.property(names, names, (servers, own) => {
      const sorted = (map: ReadonlyMap<string, string>) => [...map].toSorted();
      assert.deepEqual(sorted(serverParts(servers.toReversed())), sorted(serverParts(servers)));
      assert.deepEqual(sorted(exposedNames('s', own.toReversed())), sorted(exposedNames('s', own)));
    }),
  );
});

test('a name that needs no change is the same whatever else there is', () => {
  fc.assert(
    fc.property(names, others => {
      assert.equal(serverParts([...others, 'files']).get('files'), 'files');
      assert.equal(exposedNames('s', [...others, 'read_file']).get('read_file'), 's__read_file');
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { readClientFile } from '../../../src/config/clients/read.ts';
import { rewire, unwire } from '../../../src/config/clients/rewire.ts';
import { cutTables } from '../../../src/config/clients/toml-text.ts';
import { removeMember, setMember } from '../../../src/config/jsonc-edit.ts';
import { fixtures, fixtureText, place, world } from './client-fixtures.ts';

const gateway = {
  command: 'C:\\Program Files\\nodejs\\node.exe',
  args: [world.main, '--config', 'C:\\Ada\\h.json', 'connect'],
};

/** Whether the one is the other with something taken out. */
function isPart(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (character === part[at]) at++;
  return at === part.length;
}

const forms: readonly (readonly [says: string, form: (text: string) => string])[] = [
  ['as it is', text => text],
  ['with line breaks of Windows', text => text.replaceAll('\n', '\r\n')],
  ['with a byte order mark', text => `\ufeff${text}`],
];
for (const [from, name] of fixtures) {
  for (const [says, form] of forms) {
    test(`${name} ${says}: what was taken over gives way to one entry, and all else stays`, () => {
      const text = form(fixtureText(name));
      const before = readClientFile(from, text, world);
      const taken = before.filter(({ entry }) => entry !== null);
      const result = rewire(from, text, taken, gateway) ?? assert.fail('it cannot be rewired');
      const after = readClientFile(from, result.text, world);
      assert.deepEqual(
        after.filter(({ isSelf }) => !isSelf).map(({ name: left }) => left),
        before.filter(({ entry }) => entry === null).map(({ name: left }) => left),
      );
      const groups = new Set(taken.map(({ path }) => JSON.stringify(path.slice(0, -1))));
      assert.equal(after.filter(({ isSelf }) => isSelf).length, groups.size);
      assert.deepEqual(
        result.added.map(({ path }) => path.at(-1)),
        [...groups].map(() => 'holdfast'),
      );
      // Without the entry nothing is there that was not there before.
      const rest = result.added.reduce(
        (all, { path }) => (from.client === 'codex' ? cutTables(all, [path]) : removeMember(all, path)),
        result.text,
      );
      assert.ok(isPart(rest.trimEnd(), text));
      // Its client has changed it since; its servers come back, and the changes stay.
      const paths = { replaced: taken.map(({ path }) => path), added: result.added.map(({ path }) => path) };
      const changed =
        from.client === 'codex' ? `${result.text}[new]\na = 1\n` : setMember(result.text, ['numStartups'], 413);
      const back = unwire(from, changed, text, paths) ?? assert.fail('it cannot be unwired');
      assert.match(back, /413|\[new\]/);
      const byName = (found: typeof before) => Object.fromEntries(found.map(one => [one.path.join(), one]));
      assert.deepEqual(byName(readClientFile(from, back, world)), byName(before));
      if (says.includes('Windows')) assert.doesNotMatch(result.text, /[^\r]\n/);
    });
  }
}

test('the entry of Codex is as patient as the most patient server that it stands for', () => {
  const text = fixtureText('codex.toml');
  const taken = readClientFile(place('codex'), text, world).filter(({ entry }) => entry !== null);
  const { mcp_servers: servers } = parse(rewire(place('codex'), text, taken, gateway)?.text ?? '') as {
    mcp_servers: Record<string, object>;
  };
  assert.deepEqual({ ...servers.holdfast }, { ...gateway, startup_timeout_sec: 45, tool_timeout_sec: 300 });
});

test('a name that is taken is not taken away, and an older entry of ours is replaced', () => {
  const text = '{ "mcpServers": { "a": { "command": "x" }, "holdfast": { "command": "y", "args": 1 } } }';
  const [a] = readClientFile(place('cursor'), text, world);
  assert.deepEqual(rewire(place('cursor'), text, a ? [a] : [], gateway)?.added[0]?.path, ['mcpServers', 'holdfast-2']);
  const old =
    '{ "mcpServers": { "holdfast": { "command": "holdfast", "args": ["connect"] }, "a": { "command": "x" } } }';
  const result = rewire(place('cursor'), old, readClientFile(place('cursor'), old, world), gateway);
  assert.deepEqual(JSON.parse(result?.text ?? ''), { mcpServers: { holdfast: gateway } });
});

test('servers that cannot be cut out as text leave the file as it is', () => {
  const text = 'mcp_servers = { a = { command = "x" }, b = { url = "https://b.example/" } }\n';
  const taken = readClientFile(place('codex'), text, world).filter(({ entry }) => entry !== null);
  assert.equal(taken.length, 1);
  assert.equal(rewire(place('codex'), text, taken, gateway), null);
});

test('servers are not put back over others that have come since', () => {
  const original = '{ "mcpServers": { "a": { "command": "x" } } }';
  const changed = '{ "mcpServers": { "holdfast": {}, "a": { "command": "y" } } }';
  const paths = { replaced: [['mcpServers', 'a']], added: [['mcpServers', 'holdfast']] };
  assert.equal(unwire(place('cursor'), changed, original, paths), null);
  assert.equal(unwire(place('cursor'), '{ "mcpServers": ', original, paths), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { cutTables, statementsOf } from '../../../src/config/clients/toml-text.ts';

const cut = (text: string, ...names: readonly string[]): string =>
  cutTables(
    text,
    names.map(name => ['mcp_servers', name]),
  );

test('a table goes with its subtables and the comments between its keys, and no other comment', () => {
  const text = `# top\na = 1 # one\n\n# of x\n[mcp_servers.x]\ncommand = "c" # c\n# inside\nargs = [\n  "]", # no end\n  "[b]",\n]\n\n[mcp_servers.x.env]\nA = '''\n[mcp_servers.y]\n'''\n\n# of y\n[mcp_servers.y]\ncommand = "d"\n`;
  assert.equal(cut(text, 'x'), '# top\na = 1 # one\n\n# of x\n# of y\n[mcp_servers.y]\ncommand = "d"\n');
  assert.equal(cut(text, 'z'), text);
});

test('every way to write a key is the same key', () => {
  for (const header of ['[mcp_servers."x y"]', "[ mcp_servers . 'x y' ]", '["mcp_servers"."x\\u0020y"]']) {
    assert.equal(cut(`${header}\nb = 1\n[z]\n`, 'x y'), '[z]\n', header);
  }
  assert.equal(cut('mcp_servers.x.command = "c"\nb = 2\n', 'x'), 'b = 2\n');
  assert.equal(cut('[mcp_servers]\nx = { command = "}" }\ny.command = "d"\n', 'x'), '[mcp_servers]\ny.command = "d"\n');
});

test('line breaks of Windows, a byte order mark and an end without a line break are no hindrance', () => {
  assert.equal(cut('\ufeff[mcp_servers.x]\r\nb = 1\r\n\r\n[z]\r\n', 'x'), '\ufeff[z]\r\n');
  assert.equal(cut('[z]\n[mcp_servers.x]\nb = """\\"""[z]"""', 'x'), '[z]\n');
});

// Texts in which everything stands that could be taken for something else.
const strings = fc.constantFrom(
  '[mcp_servers.a]',
  'a = "b"',
  '#',
  '"',
  "'",
  '\n[x]\n',
  '\\',
  '"""',
  ']',
  '}',
  'ü 字',
  '',
);
const values = fc.oneof(
  strings,
  fc.integer(),
  fc.boolean(),
  fc.array(strings, { maxLength: 3 }),
  fc.dictionary(strings, strings, { maxKeys: 2 }),
);
const tables = fc.dictionary(
  fc.constantFrom('a', 'b', 'c d', 'e.f', '"', 'ü'),
  fc.dictionary(fc.constantFrom('k', 'l m', 'env'), values, { maxKeys: 3 }),
  { maxKeys: 4 },
);
const noise = fc.constantFrom('', '# [mcp_servers.a]\n', '\n\n', '  # "\n');

test('whatever the tables hold, those named go, all others stay, and what stays is a part of the text', () => {
  fc.assert(
    fc.property(tables, tables, fc.infiniteStream(noise), fc.boolean(), (servers, others, noises, isWindows) => {
      const plain = stringify({ ...others, mcp_servers: servers });
      const noisy = statementsOf(plain)
        .map(({ start, end }) => `${String(noises.next().value)}${plain.slice(start, end)}`)
        .join('');
      const text = isWindows && !/"""|'''/.test(noisy) ? noisy.replaceAll('\n', '\r\n') : noisy;
      const before = parse(text) as Record<string, Record<string, unknown>>;
      assert.deepEqual(before, parse(plain));
      const [gone = 'a', ...kept] = Object.keys(servers);
      const after = parse(cut(text, gone)) as Record<string, Record<string, unknown>>;
      assert.deepEqual(Object.keys(after.mcp_servers ?? {}).sort(), kept.sort());
      for (const name of kept) assert.deepEqual(after.mcp_servers?.[name], before.mcp_servers?.[name]);
      assert.deepEqual({ ...after, mcp_servers: 0 }, { ...before, mcp_servers: 0 });
    }),
    { numRuns: 300 },
  );
});

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { emptyDisk, line, warningsOf } from './read.ts';

const oddities: readonly (readonly [says: string, text: string, warnings: readonly string[]])[] = [
  [
    'a misspelt key',
    line('"a": { "command": "x", "arg": [] }'),
    ['2:24 mcpServers.a.arg: unknown key: did you mean "args"?'],
  ],
  [
    'what others call it',
    line('"a": { "command": "x", "environment": {} }'),
    ['2:24 mcpServers.a.environment: unknown key: did you mean "env"?'],
  ],
  [
    'an option in the wrong place',
    line('"a": { "command": "x", "retries": 3 }'),
    ['2:24 mcpServers.a.retries: unknown key: did you mean "holdfast.restart.retries"?'],
  ],
  [
    'a key of nobody',
    line('"a": { "command": "x", "colour": 3 }'),
    ['2:24 mcpServers.a.colour: unknown key: it has no effect'],
  ],
  [
    'a url beside a command',
    line('"a": { "command": "x", "url": "http://x" }'),
    ['2:24 mcpServers.a.url: "url" has no effect beside "command"'],
  ],
  [
    'an unknown type',
    line('"a": { "command": "x", "type": "pipe" }'),
    ['2:32 mcpServers.a.type: unknown type: it is started as "stdio"'],
  ],
  [
    'a long name',
    line(`"${'a'.repeat(65)}": { "command": "x" }`),
    [
      `2:1 mcpServers.${'a'.repeat(65)}: the name is longer than 64 characters; clients may shorten or refuse its tools`,
    ],
  ],
  [
    'a command line',
    line('"a": { "command": "npx -y foo" }'),
    ['2:19 mcpServers.a.command: there is no program of this name: write "npx" here and its arguments in "args"'],
  ],
  ['a command line with args', line('"a": { "command": "my tool", "args": [] }'), []],
  [
    'a misspelt mcpServers',
    '{ "mcp_server": {}, "mcpServers": { "a": { "command": "x" } } }',
    ['1:3 mcp_server: unknown key: did you mean "mcpServers"?'],
  ],
  [
    'servers beside mcpServers',
    '{ "servers": { "a": { "command": "x" } }, "mcpServers": { "b": { "command": "x" } } }',
    ['1:3 servers: "servers" is not read, because "mcpServers" is there'],
  ],
  ['no servers', '{ }', ['1:1 : no servers: expected them under "mcpServers"']],
  ['none of what may be there', '{ "mcpServers": {} }', ['1:3 mcpServers: no servers: it is empty']],
  [
    'waiting for what is left out',
    line('"a": { "command": "x", "holdfast": { "dependsOn": ["b"] } }, "b": { "disabled": true }'),
    ['2:52 mcpServers.a.holdfast.dependsOn[0]: "b" is left out itself, so this server does not wait for it'],
  ],
];
for (const [says, text, warnings] of oddities) {
  test(`an oddity is a warning, or none: ${says}`, () => assert.deepEqual(warningsOf(text), warnings));
}

test('a command with spaces that is a file is no command line', () => {
  const disk = { ...emptyDisk, isFile: (path: string) => path === resolve('shop', 'my tool') };
  assert.deepEqual(warningsOf(line('"a": { "command": "./my tool" }'), disk), []);
});

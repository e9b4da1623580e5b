import assert from 'node:assert/strict';
import { test } from 'node:test';
import { line, mistakesOf } from './read.ts';

const mistakes: readonly (readonly [says: string, text: string, issue: string])[] = [
  ['the file is an array', '[]', '1:1 : expected an object, got an array'],
  [
    'mcpServers is an array',
    '{ "mcpServers": [] }',
    '1:17 mcpServers: expected an object of servers by name, got an array',
  ],
  ['an entry is no object', line('"a": "npx"'), '2:6 mcpServers.a: expected an object, got a string'],
  [
    'there is nothing to start',
    line('"a": { "args": [] }'),
    '2:1 mcpServers.a: expected "command" (or "url" for a remote server)',
  ],
  [
    'the command is misspelt',
    line('"a": { "comand": "x" }'),
    '2:1 mcpServers.a: expected "command" (or "url" for a remote server), got "comand"',
  ],
  [
    'type stdio with a url alone',
    line('"a": { "type": "stdio", "url": "http://x" }'),
    '2:1 mcpServers.a: expected "command" (or "url" for a remote server)',
  ],
  [
    'the command is blank',
    line('"a": { "command": " " }'),
    '2:19 mcpServers.a.command: expected a string that is not blank, got a string',
  ],
  [
    'the command is an array',
    line('"a": { "command": ["x"] }'),
    '2:19 mcpServers.a.command: expected a string, got an array',
  ],
  [
    'args is one string',
    line('"a": { "command": "x", "args": "-y" }'),
    '2:32 mcpServers.a.args: expected an array of strings, got a string',
  ],
  [
    'an argument is a number',
    line('"a": { "command": "x", "args": ["-p", 80] }'),
    '2:39 mcpServers.a.args[1]: expected a string, got 80',
  ],
  [
    'a variable is an object',
    line('"a": { "command": "x", "env": { "A": {} } }'),
    '2:38 mcpServers.a.env.A: expected a string, got an object',
  ],
  [
    'a variable has no name',
    line('"a": { "command": "x", "env": { "": "" } }'),
    '2:33 mcpServers.a.env[""]: expected a name without "=" and NUL characters, got ""',
  ],
  [
    'a host is none',
    '{ "mcpServers": {}, "holdfast": { "network": { "hosts": ["a.b", "a b"] } } }',
    '1:65 holdfast.network.hosts[1]: expected a host, such as "api.github.com" or "localhost:8080", got "a b"',
  ],
  [
    'NUL in an argument',
    line('"a": { "command": "x", "args": ["\\u0000"] }'),
    '2:33 mcpServers.a.args[0]: expected a string without NUL characters, got a string',
  ],
  [
    'disabled is a string',
    line('"a": { "command": "x", "disabled": "yes" }'),
    '2:36 mcpServers.a.disabled: expected true or false, got a string',
  ],
  [
    'a server has no name',
    line('"": { "command": "x" }'),
    '2:1 mcpServers[""]: expected a server name that is not empty',
  ],
  [
    'a name with a line break',
    line('"a\\nb": { "command": "x" }'),
    '2:1 mcpServers["a\\nb"]: expected a server name without control characters',
  ],
  [
    'a name that is a folder',
    line('"..": { "command": "x" }'),
    '2:1 mcpServers[".."]: expected a server name other than ".."',
  ],
  [
    'a name that is no key',
    line('"__proto__": { "command": "x" }'),
    '2:1 mcpServers.__proto__: expected a server name other than "__proto__"',
  ],
  [
    'a server stands twice',
    line('"a": { "command": "x" },\n"a": { "command": "y" }'),
    '3:1 mcpServers.a: duplicate key: it stands in line 2 already',
  ],
];
const optionMistakes: readonly (readonly [options: string, issue: string])[] = [
  ['{ "restart": { "retries": "three" } }', '27 restart.retries: expected a whole number of at least 0, got "three"'],
  ['{ "restart": { "retries": -1 } }', '27 restart.retries: expected a whole number of at least 0, got -1'],
  ['{ "restart": { "retries": -1.5 } }', '27 restart.retries: expected a whole number of at least 0, got -1.5'],
  ['{ "restart": { "retires": 3 } }', '16 restart.retires: unknown key: did you mean "retries"?'],
  ['{ "restart": 3 }', '14 restart: expected an object, got 3'],
  ['{ "retries": 3 }', '3 retries: unknown key: did you mean "restart.retries"?'],
  ['{ "errorate": 3 }', '3 errorate: unknown key: did you mean "health.errorRate"?'],
  ['{ "stop": { "q": 1 } }', '13 stop.q: unknown key: expected one of drainMs, graceMs'],
  ['{ "health": { "errorRate": 2 } }', '28 health.errorRate: expected a number from 0 to 1, got 2'],
  ['{ "replay": "always" }', '13 replay: expected "safe" or "never", got "always"'],
  ['{ "inheritEnv": 1 }', '17 inheritEnv: expected true or false, got 1'],
  ['{ "callTimeoutMs": 1e12 }', '20 callTimeoutMs: expected a whole number of at most 2147483647, got 1000000000000'],
  ['{ "dependsOn": "db" }', '16 dependsOn: expected an array of server names, got "db"'],
  ['{ "dependsOn": ["b"] }', '17 dependsOn[0]: expected the name of a server, got "b"'],
  ['{ "dependsOn": ["a"] }', '17 dependsOn[0]: servers wait for each other: a → a'],
  ['{ "restart": { "maxMs": 10 } }', '25 restart.maxMs: expected at least restart.minMs (1000), got 10'],
  ['{ "restart": { "minMs": 20000 } }', '25 restart.minMs: expected at most restart.maxMs (10000), got 20000'],
  ['{ "limits": { "memoryMb": "1" } }', '27 limits.memoryMb: expected a whole number of at least 1, got "1"'],
  ['{ "tools": { "includes": [] } }', '14 tools.includes: unknown key: did you mean "include"?'],
];
for (const [says, text, issue] of mistakes) {
  test(`a mistake is told at its place: ${says}`, () => assert.deepEqual(mistakesOf(text), [issue]));
}
for (const [options, issue] of optionMistakes) {
  test(`a mistake is told at its place: ${options}`, () => {
    const found = mistakesOf(line(`"a": { "command": "x", "holdfast":\n${options} }`));
    assert.deepEqual(found, [`3:${issue.replace(' ', ' mcpServers.a.holdfast.')}`]);
  });
}

test('mistakes in the settings of Holdfast itself are told at their place', () => {
  const text =
    '{ "mcpServers": {}, "holdfast": {\n"defaults": { "dependsOn": [], "restart": { "maxMs": 1 } },\n"concurrentStarts": 0,\n"gatway": {} } }';
  assert.deepEqual(mistakesOf(text), [
    '2:15 holdfast.defaults.dependsOn: unknown key: "dependsOn" is set for single servers only',
    '2:54 holdfast.defaults.restart.maxMs: expected at least restart.minMs (1000), got 1',
    '3:21 holdfast.concurrentStarts: expected a whole number of at least 1, got 0',
    '4:1 holdfast.gatway: unknown key: did you mean "gateway"?',
  ]);
});

test('all mistakes of all kinds are told at once, in the order of the file', () => {
  const text = `{ "mcpServers": {
  "a": { "command": "x", "holdfast": { "replay": 1, "dependsOn": ["b"] } }
  "b": { "holdfast": { "dependsOn": ["a", "c"] }, "args": 1 },
  "b": {} },
"holdfast": { "x": 1 } }`;
  assert.deepEqual(
    mistakesOf(text).map(issue => issue.split(':', 2).join(':')),
    [
      '2:50 mcpServers.a.holdfast.replay',
      '3:3 ',
      '3:3 mcpServers.b',
      '3:38 mcpServers.b.holdfast.dependsOn[0]',
      '3:43 mcpServers.b.holdfast.dependsOn[1]',
      '3:59 mcpServers.b.args',
      '4:3 mcpServers.b',
      '4:3 mcpServers.b',
      '5:15 holdfast.x',
    ],
  );
});

test('what is wrong in an entry that stands twice is told with it, wherever it stands', () => {
  const text = line('"a": { "command": 1 },\n"a": { "command": "x",\n"args": 1 }');
  assert.deepEqual(
    mistakesOf(text).map(issue => issue.split(':', 3).join(':')),
    [
      '2:19 mcpServers.a.command: expected a string, got 1',
      '3:1 mcpServers.a: duplicate key',
      '4:9 mcpServers.a.args: expected an array of strings, got 1',
    ],
  );
});

test('secrets in arguments, variables and headers are not told in mistakes', () => {
  const text =
    '{ "mcpServers": { "a": { "command": "x", "args": "--key s3cret", "headers": "s3cret", "env": ["s3cret"] } } }';
  assert.equal(mistakesOf(text).length, 3);
  assert.doesNotMatch(mistakesOf(text).join('\n'), /s3cret/);
});

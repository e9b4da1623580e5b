// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configFromObject, parseConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/errors/config-error.ts';

const disk = { readText: () => '', isFile: () => false };
const surroundings = { env: { A: '1' }, home: '/home/ada', cores: 2, disk };
const parse = (text: string) => parseConfig(text, { ...surroundings, file: 'f.json' });

/** Runs `read`; whatever it throws must be a ConfigError whose every place is one. */
function expectConfigOrMistakes(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    assert.ok(error.issues.length > 0);
    for (const { line, column, message } of error.issues) {
      assert.ok(line !== null && line >= 1 && column !== null && column >= 1 && message.length > 0);
    }
  }
}

// Values that are near the real thing, so that the deeper checks are reached too.
const scalar = fc.oneof(
  fc.constantFrom('a', 'b', 'npx', 'npx -y x', 'stdio', 'sse', 'http', 'safe', '${A}', '${B}', '${', '__proto__', ''),
  fc.constantFrom<unknown>(0, 1, -1, 1.5, 2 ** 31, true, false, null),
);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'include', 'minMs', 'maxMs', 'retries', ''), scalar),
);
const keys = (...names: string[]) => fc.constantFrom(...names, '__proto__', 'constructor', 'x');
const options = fc.dictionary(keys('restart', 'health', 'stop', 'replay', 'dependsOn', 'tools', 'limits'), value);
const entry = fc.dictionary(
  keys('command', 'args', 'env', 'envFile', 'cwd', 'disabled', 'type', 'url', 'headers', 'holdfast'),
  fc.oneof(value, options),
);
const servers = fc.dictionary(keys('a', 'b', '', '..', 'a\nb'), fc.oneof(entry, value));
const holdfast = fc.dictionary(keys('defaults', 'concurrentStarts', 'network', 'gateway'), fc.oneof(value, options));
const file = fc.record(
  { mcpServers: fc.oneof(servers, value), servers, holdfast: fc.oneof(holdfast, value) },
  { requiredKeys: [] },
);

function freeze(part: unknown): void {
  if (typeof part !== 'object' || part === null || Object.isFrozen(part)) return;
  Object.freeze(part);
  Object.values(part).forEach(freeze);
}

test('any text at all gives a configuration or a list of mistakes', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '"mcpServers"',
    '"a"',
    '1',
    '//',
    '/*',
    '\\',
    '\n',
    ' ',
    'x',
  );
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(piece).map(pieces => pieces.join('')),
  );
  fc.assert(
    fc.property(text, written => expectConfigOrMistakes(() => parse(written))),
    { numRuns: 300 },
  );
});

test('any file that is nearly right gives a configuration or a list of mistakes', () => {
  fc.assert(
    fc.property(file, content => expectConfigOrMistakes(() => parse(JSON.stringify(content)))),
    { numRuns: 500 },
  );
});

test('an object is never changed, and may be frozen', () => {
  fc.assert(
    fc.property(fc.oneof(file, fc.anything()), content => {
      freeze(content);
      expectConfigOrMistakes(() => configFromObject(content, { ...surroundings, cwd: 'x' }));
    }),
    { numRuns: 300 },
  );
});

test('a file and the object that it holds give the same servers', () => {
  const outcome = (read: () => ReturnType<typeof parse>): unknown => {
    try {
      return read().servers.map(({ at: _, ...server }) => server);
    } catch (error) {
      return error instanceof ConfigError ? error.issues.map(({ key, message }) => `${key} ${message}`).sort() : error;
    }
  };
  fc.assert(
    fc.property(file, content => {
      const text = JSON.stringify(content);
      const object: unknown = JSON.parse(text);
      assert.deepEqual(
        outcome(() => parse(text)),
        outcome(() => configFromObject(object, { ...surroundings, cwd: '.' })),
      );
    }),
  );
});

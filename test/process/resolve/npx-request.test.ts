import assert from 'node:assert/strict';
import test from 'node:test';
import { type NpxRequest, parseNpxRequest } from '../../../src/process/resolve/npx-request.ts';

const npx = (line: string) => parseNpxRequest('npx', line.split(' '));
const request = (name: string, more: Partial<Omit<NpxRequest, 'spec'>> & { range?: string } = {}): NpxRequest => {
  const { range, bin, command, args = [] } = more;
  return { spec: { name, range }, bin, command, args };
};

test('npx lines are read as npx reads them', () => {
  const cases: Record<string, NpxRequest> = {
    '-y @scope/pkg /data --verbose': request('@scope/pkg', { args: ['/data', '--verbose'] }),
    '--yes pkg@1.2.3': request('pkg', { range: '1.2.3' }),
    '-q --prefer-offline @s/p@^1': request('@s/p', { range: '^1' }),
    'tool -y': request('tool', { command: 'tool', args: ['-y'] }),
    '-y -- tool -- x': request('tool', { command: 'tool', args: ['--', 'x'] }),
    '--package=a@2 b --c': request('a', { range: '2', bin: 'b', args: ['--c'] }),
    '-p @s/a b': request('@s/a', { bin: 'b' }),
  };
  for (const [line, wanted] of Object.entries(cases)) assert.deepEqual(npx(line), wanted, line);
});

test('what only npm can answer is left to npm, with the reason', () => {
  const cases: Record<string, RegExp> = {
    '-y pkg@latest': /only the registry knows what "@latest" is/,
    '-y pkg@next': /@next/,
    '-c tool': /"-c" needs npm/,
    '--registry=http://x pkg': /"--registry=http:\/\/x" needs npm/,
    '-p a -p b c': /several packages/,
    'github:a/b': /not the name of a registry package/,
    './here': /not the name/,
    'a@npm:b@1': /only the registry/,
    '-y': /names no command/,
  };
  for (const [line, reason] of Object.entries(cases)) {
    const answer = npx(line);
    assert.ok(answer !== undefined && 'reason' in answer, line);
    assert.match(answer.reason, reason);
  }
});

test('npm exec takes options wherever they stand, until its "--"', () => {
  assert.deepEqual(
    parseNpxRequest('npm', ['exec', '-y', 'tool', '--', '--x']),
    request('tool', { command: 'tool', args: ['--x'] }),
  );
  assert.deepEqual(
    parseNpxRequest('npm', ['x', '--', 'tool', '--x', '--', 'y']),
    request('tool', { command: 'tool', args: ['--x', '--', 'y'] }),
  );
  const early = parseNpxRequest('npm', ['exec', 'tool', '--x']);
  assert.ok(early !== undefined && 'reason' in early);
});

test('other commands are not read', () => {
  assert.equal(parseNpxRequest('npm', ['run', 'x']), undefined);
  assert.equal(parseNpxRequest('uvx', ['x']), undefined);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { nodeOptionsOf, parseShebang } from '../../../src/process/resolve/shebang.ts';

test('first lines are read with and without env', () => {
  assert.deepEqual(parseShebang('#!/bin/sh -e\n'), { interpreter: '/bin/sh', args: ['-e'] });
  assert.deepEqual(parseShebang('#! /usr/bin/env python3\r\n'), { interpreter: 'python3', args: [] });
  assert.deepEqual(parseShebang('#!/usr/bin/env -S deno run -A'), { interpreter: 'deno', args: ['run', '-A'] });
  assert.equal(parseShebang('#!/usr/bin/env -S A=1 node'), undefined);
  assert.equal(parseShebang('console.log(1)'), undefined);
});

test('a node script is one whose first line says so', () => {
  assert.deepEqual(nodeOptionsOf('#!/usr/bin/env node\n'), []);
  assert.deepEqual(nodeOptionsOf('#!/usr/local/bin/node --no-warnings\n'), ['--no-warnings']);
  assert.equal(nodeOptionsOf('#!/usr/bin/env bun\n'), undefined);
  assert.equal(nodeOptionsOf('#!/usr/bin/nodejs-like\n'), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyExit } from '../../src/errors/classify.ts';
import { hintOfRefused } from '../../src/errors/refused.ts';

test('only where "localhost" was asked, or the address that it may not mean, its two meanings are told', () => {
  for (const host of ['localhost', 'LOCALHOST:80', '::1', '::1:5432', '[::1]:5432']) {
    assert.match(String(hintOfRefused(host).hint), /::1 where 127\.0\.0\.1 is meant/, host);
  }
  for (const host of ['127.0.0.1', '127.0.0.1:9', 'localhost.example:1', undefined]) {
    assert.deepEqual(hintOfRefused(host), {});
  }
});

test('so it is for what a server says of its own connections', () => {
  const of = (host: string) => {
    const stderrTail = [`Error: connect ECONNREFUSED ${host}`];
    return classifyExit({ code: 1, signal: null, stderrTail, phase: 'starting' }, 'db').toClient().hint;
  };
  assert.match(of('::1:5432'), /"localhost"/);
  assert.doesNotMatch(of('127.0.0.1:5432'), /"localhost"/);
});

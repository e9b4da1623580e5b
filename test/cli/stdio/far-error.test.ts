import assert from 'node:assert/strict';
import { test } from 'node:test';
import { farError } from '../../../src/cli/stdio/far-error.ts';
import { HoldfastError, type HoldfastErrorOptions } from '../../../src/errors/holdfast-error.ts';

const URL = 'http://ada:secret@10.0.0.1:4653/mcp?key=secret';
type Code = ConstructorParameters<typeof HoldfastError>[0];
const hint = (code: Code, details: HoldfastErrorOptions['details'] = {}, url = URL): string =>
  farError(new HoldfastError(code, { details }), url).toClient().hint;

test('who cannot reach the manager is told which, and nothing else of the address', () => {
  for (const code of [
    'NETWORK_REFUSED',
    'NETWORK_HTTP_STATUS',
    'CONNECTION_LOST',
    'CONNECTION_HOLD_TIMEOUT',
  ] as const) {
    assert.match(hint(code), /^the manager at 10\.0\.0\.1:4653 cannot be reached: .*"holdfast up", or correct --url$/);
    assert.doesNotMatch(hint(code), /secret/);
  }
});

test('a token is the business of HOLDFAST_TOKEN', () => {
  assert.match(hint('NETWORK_AUTH', { status: 401 }), /^set HOLDFAST_TOKEN /);
  assert.match(hint('NETWORK_AUTH', { status: 403 }), /--url$/);
});

test('a server that the manager does not have is named, and --url is what to correct', () => {
  const single = 'http://127.0.0.1:1/servers/nope/mcp';
  assert.match(hint('NETWORK_NO_ENDPOINT', { status: 404 }, single), /has no server "nope": correct the name in --url/);
  assert.match(hint('NETWORK_NO_ENDPOINT', { status: 404 }), /^correct --url: .*\/servers\/NAME\/mcp$/);
  assert.match(hint('NETWORK_NO_ENDPOINT', { status: 200 }, single), /^correct --url/);
});

test('whether a call may have run is kept, and what is not about the way there is left as it is', () => {
  const refused = farError(new HoldfastError('NETWORK_REFUSED', { mayHaveRun: false }), URL);
  assert.equal(refused.mayHaveRun, false);
  const other = new HoldfastError('PROCESS_EXITED_DURING_CALL', { mayHaveRun: true });
  assert.equal(farError(other, URL), other);
});

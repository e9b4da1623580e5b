import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wireError } from '../../../src/daemon/control-errors.ts';
import { HoldfastError } from '../../../src/errors/holdfast-error.ts';
import { newCall, requestOf } from '../../../src/session/call.ts';
import { lostError } from '../../../src/session/call-errors.ts';
import { isByWish } from '../../../web/src/model/wish.ts';

test('a call that is lost because its server was stopped is told from one that a crash has taken', () => {
  const message = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait"}}';
  const call = newCall(requestOf(message), { deadline: Number.POSITIVE_INFINITY }, 0, () => {});
  call.place = 'written';
  const crash = new HoldfastError('PROCESS_EXITED', { details: { how: 'signal SIGKILL' } });
  assert.equal(isByWish(wireError(lostError(call, 'a', null))), true);
  assert.equal(isByWish(wireError(lostError(call, 'a', crash))), false);
  assert.equal(isByWish(wireError(new HoldfastError('CONNECTION_CLOSED', { server: 'a' }))), true);
});

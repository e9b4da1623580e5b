import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containmentVerdict, jobVerdict } from '../../../src/cli/doctor/containment.ts';

test('a level that can be raised is a warning with what raises it; one that cannot is fine', () => {
  const low = containmentVerdict({ level: 'partial', why: 'koffi is not installed', hint: 'install koffi' });
  assert.deepEqual([low.status, low.hint], ['warning', 'install koffi']);
  assert.match(low.summary, /^partial: .*\(koffi is not installed\)$/);
  assert.equal(containmentVerdict({ level: 'swept', why: null, hint: null }).status, 'ok');
});

const none = { isInJob: false, endsWhenClosed: false, allowsBreakaway: false, restrictsUi: false };

test('a job around us is told; one that lets no other inside is a problem', () => {
  assert.match(jobVerdict(none).summary, /in none/);
  const inside = { ...none, isInJob: true };
  assert.match(jobVerdict(inside).summary, /can make others inside it$/);
  assert.match(jobVerdict({ ...inside, endsWhenClosed: true }).summary, /end with it$/);
  assert.match(jobVerdict({ ...inside, endsWhenClosed: true, allowsBreakaway: true }).summary, /inside it$/);
  assert.equal(jobVerdict({ ...inside, restrictsUi: true }).status, 'problem');
  assert.equal(jobVerdict(null).status, 'unknown');
});

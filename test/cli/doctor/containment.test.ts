import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containmentVerdict, jobVerdict } from '../../../src/cli/doctor/containment.ts';

const none = { isInJob: false, endsWhenClosed: false, allowsBreakaway: false, restrictsUi: false };

test('each system is told what holds its servers; on Windows without native calls also what would raise it', () => {
  const levels = (['linux', 'macos', 'windows'] as const).map(os =>
    containmentVerdict({ os, whyNoNative: null, whyNoCgroup: null, isSwitchedOff: false, job: null }),
  );
  assert.deepEqual(
    levels.map(({ status, details }) => [status, details.level]),
    [
      ['ok', 'atomic'],
      ['ok', 'partial'],
      ['ok', 'atomic'],
    ],
  );
  const swept = containmentVerdict({
    os: 'linux',
    whyNoNative: null,
    whyNoCgroup: 'cgroups are mounted read-only (EROFS)',
    isSwitchedOff: false,
    job: null,
  });
  assert.deepEqual([swept.status, swept.details.level], ['ok', 'swept']);
  assert.match(swept.summary, /; no cgroup, since cgroups are mounted read-only \(EROFS\)$/);
  const without = {
    os: 'windows',
    whyNoNative: 'the optional package koffi is not installed',
    whyNoCgroup: null,
    job: null,
  } as const;
  const low = containmentVerdict({ ...without, isSwitchedOff: false });
  assert.deepEqual([low.status, low.details.level], ['warning', 'partial']);
  assert.match(low.summary, /^partial: .*, since the optional package koffi is not installed$/);
  assert.match(low.hint ?? '', /npm install koffi/);
  assert.equal(containmentVerdict({ ...without, isSwitchedOff: true }).hint, 'unset HOLDFAST_NO_NATIVE');
  const caged = containmentVerdict({
    os: 'windows',
    whyNoNative: null,
    whyNoCgroup: null,
    isSwitchedOff: false,
    job: { ...none, isInJob: true, restrictsUi: true },
  });
  assert.deepEqual([caged.status, caged.details.level], ['warning', 'partial']);
});

test('a job around us is told; one that lets no other inside is a problem', () => {
  assert.match(jobVerdict(none).summary, /in none/);
  const inside = { ...none, isInJob: true };
  assert.match(jobVerdict(inside).summary, /can make others inside it$/);
  assert.match(jobVerdict({ ...inside, endsWhenClosed: true }).summary, /end with it$/);
  assert.match(jobVerdict({ ...inside, endsWhenClosed: true, allowsBreakaway: true }).summary, /others inside it$/);
  assert.equal(jobVerdict({ ...inside, restrictsUi: true }).status, 'warning');
  assert.equal(jobVerdict(null).status, 'unknown');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Home, planLimits, setLimits } from '../../../src/platform/linux/limits.ts';
import { FakeCgroupfs } from './fake-cgroupfs.ts';

const all = ['cpuset', 'cpu', 'io', 'memory', 'pids'];
const home = (change: Partial<Home> = {}): Home => ({
  folder: '/cg/own.scope',
  isRoot: false,
  controllers: all,
  enabled: [],
  members: [10, 11],
  ours: new Set([10, 11, 12]),
  ...change,
});

const plans: readonly (readonly [
  says: string,
  change: Partial<Home>,
  plan: [boolean, string, string],
  why: RegExp | null,
])[] = [
  ['alone with its children in its own scope', {}, [true, 'memory pids cpu', 'memory pids cpu'], null],
  ['in its leaf already', { members: [] }, [false, 'memory pids cpu', 'memory pids cpu'], null],
  ['divided before', { enabled: all, members: [] }, [false, '', 'memory pids cpu'], null],
  ['in a root that is divided', { isRoot: true, enabled: all, members: [1, 10] }, [false, '', 'memory pids cpu'], null],
  ['in a root that is not', { isRoot: true }, [false, '', ''], /root cgroup \/cg\/own\.scope.*systemd-run/],
  ['beside its terminal', { members: [10, 999] }, [false, '', ''], /shares the cgroup .* process 999; .*systemd-run/],
  ['beside who is outside of its pid namespace', { members: [0, 10] }, [false, '', ''], /with process 0/],
  [
    'without the cpu controller',
    { controllers: ['memory', 'pids'] },
    [true, 'memory pids', 'memory pids'],
    /has not been given cpu/,
  ],
  ['without any', { controllers: ['hugetlb'] }, [false, '', ''], /has not been given memory, pids, cpu/],
  [
    'divided in part, beside others',
    { enabled: ['pids'], members: [10, 999] },
    [false, '', 'pids'],
    /shares the cgroup/,
  ],
];
for (const [says, change, [move, enable, give], why] of plans) {
  test(`what it takes for limits, the manager being ${says}`, () => {
    const plan = planLimits(home(change));
    assert.deepEqual([plan.move, plan.enable.join(' '), plan.give.join(' ')], [move, enable, give]);
    if (why === null) assert.equal(plan.why, null);
    else assert.match(plan.why ?? '', why);
  });
}

/** A server's cgroup that was handed these controllers, and what has been written into it. */
function handed(controllers: readonly string[]) {
  const files = new FakeCgroupfs('/cg', '/cg/a', controllers, []);
  return { files, written: () => Object.fromEntries(files.nodes.get('/cg/a')?.files ?? []) };
}
const given = { give: ['memory', 'pids', 'cpu'], why: null } as const;

test('each limit is written into the file of its controller; a limit of processes is held only against bombs', () => {
  const { files, written } = handed(['memory', 'pids', 'cpu']);
  const setup = setLimits(files, '/cg/a', { memoryMb: 64, processes: 4, cpuPercent: 150 }, given);
  assert.deepEqual(setup, { holds: ['memory', 'cpu'], why: null });
  assert.deepEqual(written(), {
    'memory.max': String(64 * 2 ** 20),
    'memory.oom.group': '1',
    'memory.swap.max': '0',
    'cpu.max': '150000 100000',
    'pids.max': '4096',
  });
});

test('where there are no limits nothing is written', () => {
  const { files, written } = handed(['memory', 'pids', 'cpu']);
  assert.deepEqual(setLimits(files, '/cg/a', {}, given), { holds: [], why: null });
  assert.deepEqual(written(), {});
});

test('a limit whose controller is not given is not held, and the reason is told once', () => {
  const { files, written } = handed(['cpu']);
  const why = 'the manager shares its cgroup';
  const setup = setLimits(files, '/cg/a', { memoryMb: 64, processes: 4, cpuPercent: 50 }, { give: ['cpu'], why });
  assert.deepEqual(setup, { holds: ['cpu'], why });
  assert.deepEqual(written(), { 'cpu.max': '50000 100000' });
});

test('a limit that the kernel refuses is not held', () => {
  const { files } = handed(['memory', 'pids', 'cpu']);
  files.refusals.set('/cg/a/memory.max', 'EACCES');
  assert.deepEqual(setLimits(files, '/cg/a', { memoryMb: 64, cpuPercent: 50 }, given), {
    holds: ['cpu'],
    why: 'memory.max cannot be set (EACCES)',
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { parseCpu, parsePs, parseRss, usageOf } from '../../src/platform/usage.ts';

const isWindows = os === 'windows' && 'Windows tells through windows/process.ts';

test('our own memory, processor time and open files are told', { skip: isWindows }, async () => {
  const usage = await usageOf([process.pid]);
  assert.ok(usage !== null);
  const ownCpuMs = Object.values(process.cpuUsage()).reduce((sum, us) => sum + us, 0) / 1_000;
  // `ps` of macOS and /proc both round down, and memory moves while we look.
  assert.ok(Math.abs(usage.cpuMs - ownCpuMs) <= 1_000, `${usage.cpuMs} ms is not ${ownCpuMs} ms`);
  const ownRss = process.memoryUsage.rss();
  assert.ok(usage.rssBytes > ownRss / 2 && usage.rssBytes < ownRss * 2, `${usage.rssBytes} is not ${ownRss}`);
  assert.equal(usage.processes, 1);
  if (os === 'linux') assert.ok(Number(usage.handles) > 3);
  else assert.equal(usage.handles, null);
  if (os === 'linux') assert.ok(Number(usage.peakRssBytes) >= usage.rssBytes / 2);
  else assert.equal(usage.peakRssBytes, null);
});

test('several processes are added up, and one that has gone is left out', { skip: isWindows }, async () => {
  // No system gives a pid this high.
  const usage = await usageOf([process.pid, process.ppid, 2 ** 30]);
  const own = await usageOf([process.pid]);
  assert.equal(usage?.processes, 2);
  assert.ok(Number(usage?.rssBytes) > Number(own?.rssBytes));
});

test('where none of the processes lives there is nothing to tell', { skip: isWindows }, async () => {
  assert.equal(await usageOf([2 ** 30]), null);
  assert.equal(await usageOf([]), null);
});

test('VmRSS is read in bytes, and a zombie has none', () => {
  assert.equal(parseRss('Name:\tnode\nVmHWM:\t    9999 kB\nVmRSS:\t   51234 kB\nThreads:\t7\n'), 51_234 * 1_024);
  assert.equal(parseRss('VmHWM:\t    9999 kB\nVmRSS:\t   51 kB\n', 'VmHWM'), 9_999 * 1_024);
  assert.equal(parseRss('Name:\tnode\nState:\tZ (zombie)\n'), null);
});

test('processor time is read past a name with spaces and brackets', () => {
  const stat = '42 (a ) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 150 25 7 8 20 0 7 0 12345 1000 200';
  assert.equal(parseCpu(stat), 1_750);
  assert.equal(parseCpu('42 (a'), null);
});

test('the time column of ps is read with and without hours, days and fractions', () => {
  const output = '  2048   0:01.50\n   100 01:02:03\n     1 2-00:00:01\n\nRSS TIME\n';
  const hour = 3_600_000;
  assert.deepEqual(
    parsePs(output).map(({ rssBytes, cpuMs }) => [rssBytes, cpuMs]),
    [
      [2_048 * 1_024, 1_500],
      [100 * 1_024, hour + 123_000],
      [1_024, 48 * hour + 1_000],
    ],
  );
});

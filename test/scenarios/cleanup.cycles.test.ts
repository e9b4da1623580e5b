// Starts and stops without end cost nothing that stays: descriptors, timers and memory of the manager are flat.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { manage } from '../support/managed.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

/** A server that is a shell: 1,000 starts of it take a minute. It answers everything with what `initialize` and `tools/list` want. */
const TINY = `while IFS= read -r line; do
  id=\${line#*'"id":'} id=\${id%%[,\\}]*}
  case $line in *'"id":'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"tiny","version":"1"},"tools":[{"name":"a","inputSchema":{"type":"object"}}]}}' ;; esac
done`;

const isLong = process.env.HOLDFAST_TEST_FULL === '1';
const cycles = isLong ? 1_000 : 10;
const skip = os !== 'linux' && 'descriptors are counted by /proc';

test(`${cycles} starts and stops leave the manager as it was`, { skip }, async t => {
  const sandbox = await withNothingLeft(t);
  const stateDir = join(sandbox.folder, 'state');
  const { manager } = await manage(t, { tiny: { command: '/bin/sh', args: ['-c', TINY] } }, { sandbox, stateDir });
  const samples: {
    readonly cycle: number;
    readonly descriptors: number;
    readonly timers: number;
    readonly rss: number;
  }[] = [];
  for (let cycle = 1; cycle <= cycles; cycle++) {
    await manager.start();
    assert.equal(manager.status()[0]?.state, 'ready');
    assert.deepEqual(await manager.stop(), { survivors: [] });
    if (cycle % (cycles / 10) !== 0) continue;
    globalThis.gc?.();
    const timers = process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1_024;
    samples.push({ cycle, descriptors: readdirSync('/proc/self/fd').length, timers, rss });
  }
  for (const { cycle, descriptors, timers, rss } of samples) {
    t.diagnostic(`${cycle} cycles: ${descriptors} descriptors, ${timers} timers, ${Math.round(rss)} MiB`);
  }
  const [first, , , , middle, ...rest] = samples;
  const last = rest.at(-1);
  assert.ok(first && middle && last);
  assert.ok(last.descriptors <= first.descriptors, `${last.descriptors} descriptors after ${first.descriptors}`);
  assert.ok(last.timers <= first.timers, `${last.timers} timers after ${first.timers}`);
  // The heap takes its time to find its size; what is left behind by each cycle would be seen in the second half.
  if (isLong) assert.ok(last.rss < middle.rss + 8, `${last.rss} MiB after ${middle.rss}`);
});

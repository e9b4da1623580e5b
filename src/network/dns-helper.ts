// Looks names up in a process of its own, for `dns.ts`: `dns-helper ORDER HOST…` writes an empty line and then
// one of JSON for each answer. It ends at once, whatever is pending, when its stdin does: then nobody is left to read.

import { lookup } from 'node:dns/promises';
import { performance } from 'node:perf_hooks';

type Order = 'ipv4first' | 'ipv6first' | 'verbatim';

/** libuv itself gives slow work half of its four threads: a third look-up would only wait, and its time would not be its own. */
const AT_A_TIME = 2;

const [order = 'verbatim', ...hosts] = process.argv.slice(2);
const isOrphaned = () => process.kill(process.pid, 'SIGKILL');
process.stdin.on('end', isOrphaned).on('error', isOrphaned).resume();

// An empty line: from here on the time is that of the look-ups, not of Node's start.
process.stdout.write('\n');
await Promise.all(Array.from({ length: AT_A_TIME }, workThrough));
process.stdin.destroy();

async function workThrough(): Promise<void> {
  for (let host = hosts.shift(); host !== undefined; host = hosts.shift()) {
    const cold = await timed(host);
    // The second time tells whether anybody on the way remembers.
    const warm = cold.code === null ? await timed(host) : null;
    const { addresses, code, ms } = cold;
    process.stdout.write(`${JSON.stringify({ host, addresses, code, coldMs: ms, warmMs: warm?.ms ?? null })}\n`);
  }
}

async function timed(host: string): Promise<{ addresses: string[]; code: string | null; ms: number }> {
  const from = performance.now();
  const passed = () => Math.round((performance.now() - from) * 10) / 10;
  try {
    const found = await lookup(host, { all: true, order: order as Order });
    return { addresses: found.map(({ address }) => address), code: null, ms: passed() };
  } catch (error) {
    return { addresses: [], code: String((error as NodeJS.ErrnoException).code), ms: passed() };
  }
}

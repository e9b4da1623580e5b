import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createManager } from '../src/manager.ts';
import { fixture } from '../test/support/fixture.ts';
import { ms, quantile, timed } from './figures.ts';

const CALLS = 3_000;
const WARM_UP = 500;

/** One small tool call after another: by hand over the pipe, and through the manager. */
export async function callCost(): Promise<string[]> {
  const bare = await byHand();
  const ours = await throughManager();
  const line = (what: string, times: number[]) =>
    `${what}: p50 ${ms(quantile(times, 0.5))}, p99 ${ms(quantile(times, 0.99))}`;
  const ratio = (quantile(ours, 0.5) / quantile(bare, 0.5)).toFixed(2);
  return [line('bare pipe', bare), line('through the manager', ours), `ratio of the medians: ${ratio}`];
}

async function byHand(): Promise<number[]> {
  const { command, args } = fixture('well-behaved');
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', line => waiting.shift()?.(line));
  const ask = (message: object) =>
    new Promise<unknown>(resolve => {
      waiting.push(line => resolve(JSON.parse(line)));
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, ...message })}\n`);
    });
  const clientInfo = { name: 'bench', version: '1' };
  await ask({ method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  const times = await measure(() =>
    ask({ method: 'tools/call', params: { name: 'echo', arguments: { text: 'hello' } } }),
  );
  child.stdin.end();
  return times;
}

async function throughManager(): Promise<number[]> {
  const manager = await createManager({ config: { mcpServers: { one: fixture('well-behaved') } } });
  try {
    await manager.start();
    return await measure(() => manager.callTool('one', 'echo', { text: 'hello' }));
  } finally {
    await manager.close();
  }
}

async function measure(call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + CALLS; i++) times.push(await timed(call));
  return times.slice(WARM_UP);
}

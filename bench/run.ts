// npm run bench [NAME…]: prints what Holdfast costs and how fast it heals, on this machine, now.

import { callCost } from './call-cost.ts';
import { gateway } from './gateway.ts';
import { logs } from './logs.ts';
import { memory } from './memory.ts';
import { priority } from './priority.ts';
import { recovery } from './recovery.ts';
import { startUp } from './start-up.ts';

const benches = { memory, recovery, 'start-up': startUp, 'call-cost': callCost, gateway, priority, logs } as const;
const names = process.argv.slice(2);
const unknown = names.filter(name => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench "${unknown.join('", "')}"; there are: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}`);
for (const [name, bench] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n${name}`);
  for (const line of await bench()) console.log(`  ${line}`);
}

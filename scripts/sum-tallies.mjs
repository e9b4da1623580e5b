// Closes a run of `.ci/run`: one line for each run of tests, the runner's closing lines summed over all of them, and
// the plain line last. Exits with 1 if a test or a step failed, or if no test was run.
//   node scripts/sum-tallies.mjs TALLY_FILE [FAILED_STEP...]
import { readFileSync } from 'node:fs';

const [file, ...failedSteps] = process.argv.slice(2);
const runs = readFileSync(file, 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line));
const sum = key => runs.reduce((total, run) => total + run[key], 0);

for (const { suite, node, pass, fail, skipped } of runs) {
  console.log(`${suite.padEnd(9)} on ${node.padEnd(9)} ${pass} passed, ${fail} failed, ${skipped} skipped`);
}
for (const step of failedSteps) console.log(`step failed: ${step}`);
console.log(`# tests ${sum('tests')}\n# pass ${sum('pass')}\n# fail ${sum('fail')}\n# skipped ${sum('skipped')}`);
console.log(`${sum('pass')} passed, ${sum('fail')} failed, ${sum('skipped')} skipped`);
process.exitCode = failedSteps.length > 0 || sum('fail') > 0 || sum('tests') === 0 ? 1 : 0;

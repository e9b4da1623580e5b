// The protocol's own test suite before the gateway, in both eras, and before a real server with and without the gateway.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CommandLine } from '../cli/run-cli.ts';
import {
  everything,
  hastyVerdicts,
  inWords,
  runHastyAlone,
  runSuite,
  type SuiteRun,
  startEverything,
  toolsNode,
} from '../support/conformance.ts';
import { fixture } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

/** These are about the HTTP front alone, whatever server is behind it. */
const OF_THE_FRONT = ['dns-rebinding-protection', 'server-session-lifecycle', 'server-sse-polling'];

const node = toolsNode();

const skip = node === null && 'the suite needs Node 22, and tools/ has none for this system';

describe('conformance', { concurrency: 2, skip }, () => {
  for (const requirements of ['2026-07-28', '2025-11-25'] as const) {
    test(`the gateway passes what ${requirements} requires`, async t => {
      const sandbox = await withNothingLeft(t);
      const cli = new CommandLine(sandbox);
      cli.configure({ conformance: fixture('conformance') });
      const gateway = await startGateway(cli, '--no-token');
      const url = gateway.url('conformance');
      const run = await runSuite(String(node), url, requirements, sandbox.folder);
      t.diagnostic(inWords(run));
      const hasty = hastyVerdicts(run);
      if (hasty !== null) {
        t.diagnostic(`the suite may have given up by its own clock (${hasty.join('; ')}): once more, by itself`);
        // A manager of its own: the clients that have given up would share the server with those of the next run.
        const other = new CommandLine(await withNothingLeft(t));
        other.configure({ conformance: fixture('conformance') });
        const fresh = await startGateway(other, '--no-token');
        const alone = await runHastyAlone(String(node), fresh.url('conformance'));
        assert.equal(alone.code, 0, alone.output);
        await fresh.stop(130);
      } else assert.equal(run.code, 0, `${run.summary}\n${[...run.reasons].flat(2).join('\n')}`);
      // The suite for the stateless protocol leaves calls whose questions it does not answer.
      await gateway.stop(requirements === '2026-07-28' ? 130 : 0);
    });
  }

  test('a real server gets the same verdicts through the gateway as without it', async t => {
    const sandbox = await withNothingLeft(t);
    const cli = new CommandLine(sandbox);
    cli.configure({ everything });
    const itself = await startEverything();
    sandbox.later(() => itself.child.kill());
    const gateway = await startGateway(cli, '--no-token');
    const [bare, ours] = await Promise.all(
      [itself.url, gateway.url('everything')].map((url, index) =>
        runSuite(String(node), url, '2025-11-25', join(sandbox.folder, String(index))),
      ),
    );
    assert.ok(bare !== undefined && ours !== undefined);
    t.diagnostic(`server-everything itself: ${inWords(bare)}`);
    t.diagnostic(`through the gateway: ${inWords(ours)}`);
    for (const name of OF_THE_FRONT) assert.equal(ours.verdicts.get(name)?.isPassed, true, name);
    assert.deepEqual(verdictsOfServer(ours), verdictsOfServer(bare));
    await gateway.stop();
  });
});

/** What was found of the server; how many events a stream had is the front's own matter. */
function verdictsOfServer({ verdicts }: SuiteRun): Record<string, string> {
  const own = [...verdicts].filter(([name]) => !OF_THE_FRONT.includes(name));
  return Object.fromEntries(
    own.map(([name, { isPassed, failed }]) => [name, `${isPassed ? 'passed' : 'failed'}, ${failed} checks failed`]),
  );
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../../support/fixture.ts';
import { withNothingLeft } from '../../support/leak-check.ts';
import { type Answer, CommandLine } from '../run-cli.ts';

test('several servers are steered at once; where one is unknown nothing is done to the others', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ one: fixture('well-behaved'), two: fixture('well-behaved'), three: fixture('well-behaved') });
  const up = cli.start('up', '--json');
  for (const name of ['one', 'two', 'three'])
    await up.line('stdout', new RegExp(`"type":"server.ready","server":"${name}"`));

  const wrong = await cli.run('stop', 'one', 'tow');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /"two"/);
  const { code, value } = await cli.json('restart', 'one', 'two', 'one');
  assert.equal(code, 0);
  const { servers } = value as Answer;
  assert.deepEqual(
    servers.map(({ name, state, incarnation }) => [name, state, incarnation]),
    [
      ['one', 'ready', 2],
      ['two', 'ready', 2],
    ],
  );
  const stopped = await cli.run('stop', 'two', 'three');
  assert.match(stopped.stdout, /○ two +stopped[\s\S]*○ three +stopped/);
  assert.equal(stopped.stderr, '', 'nobody looks at a pipe');

  const down = (await cli.json('down')).value as unknown as { servers: string[]; survivors: number[] };
  assert.deepEqual([down.servers, down.survivors], [['one'], []]);
  assert.equal((await up.finished).code, 0);
});

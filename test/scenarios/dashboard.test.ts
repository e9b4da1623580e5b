// The dashboard in a real browser, from the link that `up` prints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandLine } from '../cli/run-cli.ts';
import { lacksBrowser, openBrowser } from '../support/browser.ts';
import { fixture } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { withNothingLeft } from '../support/leak-check.ts';

test('the link opens a page that shows every server, keeps its token to itself, and asks nobody else', {
  skip: lacksBrowser,
}, async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  cli.configure({ files: fixture('well-behaved'), broken: fixture('exits-at-start') });
  const gateway = await startGateway(cli);
  const open = await openBrowser(sandbox);
  const { page, errors, requests } = await open();
  await page.goto(gateway.dashboard);
  for (const server of ['files', 'broken']) await page.getByText(server, { exact: true }).first().waitFor();

  assert.equal(page.url(), new URL('/', gateway.dashboard).href);
  const { origin } = new URL(gateway.dashboard);
  assert.ok(requests.length > 0);
  assert.deepEqual(
    requests.filter(url => !url.startsWith(`${origin}/`)),
    [],
  );
  assert.ok(requests.every(url => !url.includes(gateway.token ?? '?')));
  // The token is the tab's: it is there after a reload, though no longer in the address.
  await page.reload();
  await page.getByText('files', { exact: true }).first().waitFor();
  assert.deepEqual(errors, []);
  await gateway.stop();
});

test('a wrong token is said to be wrong, with what to do', { skip: lacksBrowser }, async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  cli.configure({ files: fixture('well-behaved') });
  const gateway = await startGateway(cli);
  const open = await openBrowser(sandbox);
  const { page } = await open();
  await page.goto(gateway.dashboard.replace(/#.*/, '#token=wrong'));
  const alert = page.getByRole('alert').filter({ hasText: /token/i }).first();
  await alert.waitFor();
  assert.match(await alert.innerText(), /holdfast up/);
  await gateway.stop();
});

// What one does with the dashboard at two in the morning, in a real browser: see, restart, try, mend.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { StatusReport } from '../../src/daemon/control-routes.ts';
import { CommandLine } from '../cli/run-cli.ts';
import { lacksBrowser, openBrowser, type Page } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { fixture } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { withNothingLeft } from '../support/leak-check.ts';

// So long that it is seen also where the machine has much else to do.
const patient = { holdfast: { restart: { minMs: 2_500 } } };
const usual = { files: { ...fixture('well-behaved'), ...patient }, notes: fixture('well-behaved') };
const ALL_WELL = 'All 2 servers are ready';

/** Waits for the sentence that the page begins with. */
const heading = (page: Page, text: string) => page.getByRole('heading', { name: text, exact: true }).waitFor();
const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent');
const isTooWide = (page: Page) => page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');

// One manager and one browser for all: to start them takes longer than to use them.
test('the dashboard at work', { skip: lacksBrowser }, async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  const file = cli.configure(usual);
  let gateway = await startGateway(cli);
  const open = await openBrowser(sandbox);
  const pidOf = async (name: string): Promise<number> => {
    const headers = { authorization: `Bearer ${gateway.token}` };
    const answer = await fetch(new URL('/api/status', gateway.dashboard), { headers });
    const { servers } = (await answer.json()) as StatusReport;
    const pid = servers.find(server => server.name === name)?.pid;
    assert.ok(pid, `${name} has no process`);
    return pid;
  };

  await t.test('a crash and its healing are seen as they happen, and afterwards', async () => {
    const { page, errors } = await open();
    await page.goto(gateway.dashboard);
    await heading(page, ALL_WELL);
    process.kill(await pidOf('files'), 'SIGKILL');
    await heading(page, 'files is down');
    await page.getByText('The server exited unexpectedly').first().waitFor();
    await page
      .getByText(/, attempt 2 of 4$/)
      .first()
      .waitFor();
    assert.match(await page.title(), /files is down/);
    await heading(page, ALL_WELL);
    await page.getByText(/^1 crash since the start .* \(files\), the last /).waitFor();
    await page.getByRole('list', { name: 'The last restarts' }).getByText('PROCESS_EXITED').waitFor();
    const log = page.getByRole('log');
    await log.getByText(/^went down: the server exited unexpectedly/).waitFor();
    await page.getByLabel('Only lines with these words').fill('files ready after');
    await log.getByText(/^went down/).waitFor({ state: 'detached' });
    assert.equal(await log.getByText(/^ready after /).count(), 2);
    assert.deepEqual(errors, []);
  });

  await t.test('a server is restarted with the keyboard alone, once that is confirmed', async () => {
    const { page, errors } = await open();
    await page.goto(gateway.dashboard);
    await heading(page, ALL_WELL);
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Help' });
    await help.waitFor();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });

    const before = await pidOf('notes');
    for (const key of ['j', 'j', 'Tab', 'Enter']) await page.keyboard.press(key);
    const dialog = page.getByRole('dialog', { name: 'Restart notes?' });
    await dialog.getByText('Clients keep their sessions.').waitFor();
    // What does no harm has the focus.
    assert.equal(await focused(page), 'Cancel');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await heading(page, ALL_WELL);
    assert.notEqual(await pidOf('notes'), before);
    await eventually(async () => /^(notes|Restart)$/.test(await focused(page)), { what: 'the focus at the server' });

    for (const key of ['k', 'Enter']) await page.keyboard.press(key);
    await heading(page, 'files');
    await page.keyboard.press('Escape');
    await heading(page, ALL_WELL);
    assert.deepEqual(errors, []);
  });

  await t.test('a tool is tried through the form that its schema gives', async () => {
    const { page, errors } = await open();
    await page.goto(gateway.dashboard);
    await page.getByRole('link', { name: 'files', exact: true }).first().click();
    const tool = page.locator('[data-tool="add"]');
    await tool.getByText('add', { exact: true }).click();
    const [a, b] = [tool.getByLabel(/^a Number/), tool.getByLabel(/^b Number/)];
    await a.fill('forty');
    await b.fill('2');
    await b.press('Control+Enter');
    await tool.getByText('is not a number').waitFor();
    assert.equal(await a.getAttribute('aria-invalid'), 'true');
    await a.fill('40');
    await a.press('Enter');
    await tool.getByRole('region', { name: 'Result' }).getByText('42', { exact: true }).waitFor();

    await tool.getByRole('button', { name: 'Write as JSON' }).click();
    const json = tool.getByLabel('Arguments, as JSON');
    assert.deepEqual(JSON.parse(await json.inputValue()), { a: 40, b: 2 });
    await json.fill('{"a": ');
    await tool.getByRole('button', { name: 'Call add' }).click();
    await tool
      .getByRole('alert')
      .getByText(/^is no JSON/)
      .waitFor();
    assert.deepEqual(errors, []);
  });

  await t.test('on a narrow screen nothing is wider than it, and a pasted link lets one in', async () => {
    const { page, errors } = await open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    await page.goto(new URL('/', gateway.dashboard).href);
    await heading(page, 'A token is needed');
    assert.equal(await isTooWide(page), false);
    await page.getByLabel('Token, or the whole link').fill(gateway.dashboard);
    await page.getByLabel('Token, or the whole link').press('Enter');
    await heading(page, ALL_WELL);
    assert.equal(await isTooWide(page), false);
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const dark = await ground();
    await page.getByRole('button', { name: /^Colours/ }).click();
    assert.notEqual(await ground(), dark);
    await page.getByRole('link', { name: 'files', exact: true }).first().click();
    await page.locator('[data-tool="add"]').getByText('add', { exact: true }).click();
    await page.getByRole('button', { name: 'Call add' }).waitFor();
    assert.equal(await isTooWide(page), false);
    // The refusal that made it ask is the only error.
    assert.ok(
      errors.every(error => error.includes('401')),
      errors.join('\n'),
    );
  });

  await t.test('a manager that goes and comes back is missed, and found without a reload', async () => {
    const { page } = await open();
    await page.goto(gateway.dashboard);
    await heading(page, ALL_WELL);
    await page.evaluate('window.isSamePage = true');
    await gateway.stop();
    await heading(page, 'The manager does not answer');
    await page.getByText(/^Disconnected since \d\d:\d\d:\d\d$/).waitFor();
    const stop = page.getByRole('button', { name: 'Stop files' });
    assert.notEqual(await stop.getAttribute('disabled'), null);
    gateway = await startGateway(cli, '--port', String(gateway.port));
    await heading(page, ALL_WELL);
    assert.equal(await page.evaluate('window.isSamePage'), true);
    // Both lives are in the log, each line once: two starts, a healing and a restart in the first, and two starts.
    const ready = page.getByRole('log').getByText(/^ready after /);
    await eventually(async () => (await ready.count()) === 6, { what: 'the lines of both lives' });
  });

  await t.test('a mistake in the configuration is shown with its place, and goes when it is mended', async () => {
    const { page, errors } = await open();
    await page.goto(gateway.dashboard);
    await heading(page, ALL_WELL);
    writeFileSync(file, '{\n  "mcpServers": {\n    "files": { "holdfast": { "retry": 1 } }\n  }\n}\n');
    await heading(page, `${ALL_WELL}, but the changed configuration file is refused`);
    const panel = page.getByRole('region', { name: /^The configuration file is refused/ });
    await panel
      .getByText(/^holdfast\.json:3:/)
      .first()
      .waitFor();
    cli.configure({ ...usual, third: fixture('well-behaved') });
    await heading(page, 'All 3 servers are ready');
    assert.equal(await panel.count(), 0);
    assert.deepEqual(errors, []);
  });

  await gateway.stop();
});

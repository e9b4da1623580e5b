// Makes docs/images/dashboard-*.png from the real page: the demo, with a server that has just been killed and healed.
//   node scripts/screenshots.mjs [FOLDER]     default: docs/images; needs `npm run build`, `npm ci --prefix tools` and a Chromium
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './lib.mjs';

/** So long the demo runs before and after the kill, so that the charts have something to show. */
const BEFORE_MS = 45_000;
const AFTER_MS = 20_000;
const SHOTS = [
  { name: 'light', colorScheme: 'light', width: 1280, height: 900 },
  { name: 'dark', colorScheme: 'dark', width: 1280, height: 900 },
  { name: 'light-narrow', colorScheme: 'light', width: 360, height: 780 },
  { name: 'dark-narrow', colorScheme: 'dark', width: 360, height: 780 },
];

const folder = resolve(process.argv[2] ?? join(root, 'docs', 'images'));
mkdirSync(folder, { recursive: true });
const executablePath =
  process.env.CHROMIUM ||
  (process.env.PATH ?? '')
    .split(delimiter)
    .map(place => join(place, 'chromium'))
    .find(existsSync);
if (executablePath === undefined) throw new Error('there is no Chromium: install it, or name it in CHROMIUM');
const { chromium } = createRequire(join(root, 'tools', 'package.json'))('playwright-core');

const demo = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), 'demo', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const gone = new Promise(done => demo.once('close', done));
try {
  const { dashboard, pid } = await firstReady();
  // The rest is of no use, and the demo must not wait for a reader.
  demo.stdout.resume();
  await delay(BEFORE_MS);
  process.kill(pid, 'SIGKILL');
  await delay(AFTER_MS);
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    for (const { name, colorScheme, width, height } of SHOTS) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height }, deviceScaleFactor: 2 });
      await page.goto(dashboard);
      await page.getByText('everything').first().waitFor();
      // The charts are drawn once the history has come.
      await page.waitForLoadState('load');
      await delay(2_000);
      const path = join(folder, `dashboard-${name}.png`);
      await page.screenshot({ path });
      console.log(relative(process.cwd(), path));
      await page.close();
    }
  } finally {
    await browser.close();
  }
} finally {
  demo.kill('SIGINT');
  await gone;
}

/** The page's link, and the process of the first server, once all of them are ready. */
async function firstReady() {
  let dashboard;
  const pids = new Map();
  for await (const line of createInterface({ input: demo.stdout })) {
    const told = JSON.parse(line);
    if (told.event === 'listening') dashboard = told.dashboard;
    if (told.event === 'server.ready') pids.set(told.server, told.pid);
    if (dashboard !== undefined && pids.size === 3) return { dashboard, pid: pids.get('files') };
  }
  throw new Error('the demo ended before its servers were ready');
}

// The protocol's own test suite, as its users run it.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FixtureCommand } from './fixture.ts';
import { projectRoot } from './project-root.ts';

const modules = join(projectRoot(), 'tools', 'node_modules');
const suite = join(modules, '@modelcontextprotocol', 'conformance', 'dist', 'index.js');

const everythingPath = join(
  projectRoot(),
  'node_modules',
  '@modelcontextprotocol',
  'server-everything',
  'dist',
  'index.js',
);

/** server-everything over stdio, for a configuration. */
export const everything: FixtureCommand = { command: process.execPath, args: [everythingPath, 'stdio'] };

/**
 * The Node that the suite and the Inspector run on: they need 22 or newer. Null on a system that tools/ has none for.
 *
 * @throws Error where the packages of tools/ are not installed: a test that skipped itself would have shown nothing.
 */
export function toolsNode(): string | null {
  if (!existsSync(suite)) throw new Error('tools/node_modules is not installed: run "npm ci --prefix tools"');
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const own = join(modules, 'node22', 'bin', 'node');
  return existsSync(own) ? own : null;
}

/** The path of a program in tools/. */
export const toolPath = (...path: readonly string[]): string => join(modules, ...path);

export interface Verdict {
  readonly isPassed: boolean;
  readonly passed: number;
  readonly failed: number;
}

export interface SuiteRun {
  readonly code: number | null;
  /** By scenario, in the suite's order. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Those that failed, but are not required. */
  readonly notScored: readonly string[];
  readonly summary: string;
  /** By scenario: why each of its failed checks failed. */
  readonly reasons: ReadonlyMap<string, readonly string[]>;
}

/** Runs the scenarios that a revision requires of servers, and those it reports besides; details go to `folder`. */
export async function runSuite(
  node: string,
  url: string,
  requirements: '2025-11-25' | '2026-07-28',
  folder: string,
): Promise<SuiteRun> {
  const results = join(folder, 'conformance');
  const { code, output } = await run(node, ['--url', url, '--requirements', requirements, '--output-dir', results]);
  const [, summary = `no summary in:\n${output}`] = output.split('=== SUMMARY ===\n');
  const lines = summary.matchAll(/^([✓✗]) (\S+): (\d+) passed, (\d+) failed/gm);
  const verdicts = [...lines].map(([, mark, name = '', passed, failed]): [string, Verdict] => [
    name,
    { isPassed: mark === '✓', passed: Number(passed), failed: Number(failed) },
  ]);
  const notScored = [...summary.matchAll(/^ {2}✗ (\S+)/gm)].map(([, name = '']) => name);
  return { code, verdicts: new Map(verdicts), notScored, summary, reasons: await reasonsIn(results) };
}

/**
 * The scenario in which the suite reads streams with limits of its own: it waits 500 to 1,500 ms for the first event. The call that it
 * gives 600 ms is the first one with its capabilities, for which a server's process has to start.
 */
const HASTY = 'server-stateless';
/** Its words for a stream that it has given up, or that brought nothing. */
const GIVEN_UP =
  /^(?:Failed to receive progressive stream|Logging target endpoint context dropped|Failed to open (?:or receive frames|stream line)|Strict subscription filtering line failed)/;

/** What the suite says of streams that it may have given up too early, where nothing else that counts has failed; else null. */
export function hastyVerdicts({ verdicts, notScored, reasons }: SuiteRun): readonly string[] | null {
  const failed = [...verdicts].filter(([name, { isPassed }]) => !isPassed && !notScored.includes(name));
  const why = reasons.get(HASTY) ?? [];
  const isHasty = failed.length === 1 && failed[0]?.[0] === HASTY && why.length > 0;
  return isHasty && why.every(text => GIVEN_UP.test(text)) ? why : null;
}

/** Runs that scenario by itself, with a process for these capabilities there already. */
export async function runHastyAlone(node: string, url: string): Promise<{ code: number | null; output: string }> {
  const client = { name: 'conformance-client', version: '1.0.0' };
  const _meta = Object.fromEntries(
    Object.entries({ protocolVersion: '2026-07-28', clientInfo: client, clientCapabilities: { elicitation: {} } }).map(
      ([key, value]) => [`io.modelcontextprotocol/${key}`, value],
    ),
  );
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'prompts/get',
    'mcp-name': 'test_simple_prompt',
  };
  const params = { name: 'test_simple_prompt', _meta };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'prompts/get', params });
  const answer = await fetch(url, { method: 'POST', headers, body });
  if (!(await answer.text()).includes('"result"')) throw new Error(`no process for the scenario: ${answer.status}`);
  return run(node, ['--url', url, '--scenario', HASTY, '--spec-version', '2026-07-28']);
}

function run(node: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise(resolve => {
    const options = { maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(node, [suite, 'server', ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: `${stdout}${stderr}` }),
    );
  });
}

/** The suite writes a folder for each scenario, `server-NAME-TIME`. */
async function reasonsIn(results: string): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const folder of await readdir(results)) {
    const name = /^server-(.+?)-\d{4}-\d\d-\d\dT/.exec(folder)?.[1] ?? folder;
    const checks: unknown = JSON.parse(await readFile(join(results, folder, 'checks.json'), 'utf8'));
    const failed = (checks as { status: string; errorMessage?: string }[]).filter(({ status }) => status === 'FAILURE');
    if (failed.length > 0)
      found.set(
        name,
        failed.map(({ errorMessage = 'it does not say why' }) => errorMessage),
      );
  }
  return found;
}

/** One line about a run. */
export function inWords({ code, verdicts, notScored }: SuiteRun): string {
  const all = [...verdicts.values()];
  const sum = (kind: 'passed' | 'failed') => all.reduce((total, verdict) => total + verdict[kind], 0);
  const failed = [...verdicts].filter(([, { isPassed }]) => !isPassed).map(([name]) => name);
  return `exit ${code}: ${all.length - failed.length} of ${all.length} scenarios pass, ${sum('passed')} checks passed, ${sum('failed')} failed; not scored: ${notScored.join(' ') || 'none failed'}`;
}

/** server-everything over HTTP by itself: what it says with nothing of ours between. */
export async function startEverything(): Promise<{ url: string; child: ChildProcess }> {
  const onLoopback = new URL(`../fixtures/loopback-only${extname(import.meta.url)}`, import.meta.url).href;
  const child = spawn(process.execPath, ['--import', onLoopback, everythingPath, 'streamableHttp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^port (\d+)$/.exec(line)?.[1];
    if (port !== undefined) return { url: `http://127.0.0.1:${port}/mcp`, child };
  }
  throw new Error('server-everything ended before it listened');
}

// The protocol's own test suite, as its users run it.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
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
}

/** Runs the scenarios that a revision requires of servers, and those it reports besides. */
export async function runSuite(
  node: string,
  url: string,
  requirements: '2025-11-25' | '2026-07-28',
): Promise<SuiteRun> {
  const args = [suite, 'server', '--url', url, '--requirements', requirements];
  const { code, output } = await new Promise<{ code: number | null; output: string }>(resolve => {
    const child = execFile(node, args, { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: `${stdout}${stderr}` }),
    );
  });
  const [, summary = `no summary in:\n${output}`] = output.split('=== SUMMARY ===\n');
  const lines = summary.matchAll(/^([✓✗]) (\S+): (\d+) passed, (\d+) failed/gm);
  const verdicts = [...lines].map(([, mark, name = '', passed, failed]): [string, Verdict] => [
    name,
    { isPassed: mark === '✓', passed: Number(passed), failed: Number(failed) },
  ]);
  const notScored = [...summary.matchAll(/^ {2}✗ (\S+)/gm)].map(([, name = '']) => name);
  return { code, verdicts: new Map(verdicts), notScored, summary };
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

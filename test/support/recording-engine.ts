// `docker` for tests: test/fixtures/recording-engine.ts, and what it was asked.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../../src/process/container/engine.ts';
import { eventually } from './eventually.ts';
import type { Sandbox } from './leak-check.ts';

export interface RecordingEngine {
  /** How it is called without a program of its own, on every system. */
  readonly engine: Engine;
  /** A program named `docker`; POSIX alone. */
  readonly docker: string;
  readonly env: Readonly<Record<string, string>>;
  /** The arguments of each call, in order. */
  calls(): string[][];
  /** The verbs of the calls that are no questions, without the ids. */
  orders(): string[];
  containers(): { readonly id: string; readonly pid: number | null }[];
  /** The pid of a container other than these, once it runs. */
  running(others?: readonly string[]): Promise<number>;
  /** Bends it, as its file says: `down`, `fail-kill`, … */
  bend(how: string): void;
  straighten(how: string): void;
}

export function recordingEngine(sandbox: Sandbox): RecordingEngine {
  const own = fileURLToPath(import.meta.url);
  const script = fileURLToPath(new URL(`../fixtures/recording-engine${extname(own)}`, import.meta.url));
  const folder = join(sandbox.folder, "the engine's own");
  mkdirSync(folder);
  const docker = join(sandbox.folder, 'bin of it', 'docker');
  mkdirSync(join(sandbox.folder, 'bin of it'));
  writeFileSync(docker, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  chmodSync(docker, 0o755);
  const env = { ...textsOf(process.env), ...sandbox.env, DOCKER_CONFIG: folder };
  const calls = (): string[][] =>
    existsSync(join(folder, 'calls'))
      ? readFileSync(join(folder, 'calls'), 'utf8')
          .split('\n')
          .filter(Boolean)
          .map(line => JSON.parse(line) as string[])
      : [];
  const containers = () =>
    readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { id: string; pid: number | null });
  return {
    engine: { file: process.execPath, options: [script], env, cwd: sandbox.folder },
    docker,
    env: { DOCKER_CONFIG: folder },
    calls,
    orders: () =>
      calls()
        .map(args => args.filter(arg => !/^[0-9a-f]{64}$/.test(arg)).join(' '))
        .filter(text => /^(?:stop|kill|rm)/.test(text)),
    containers,
    running: async (others = []) => {
      const find = () => containers().find(({ id, pid }) => !others.includes(id) && pid !== null);
      return (await eventually(find, { what: 'the container to run' }))?.pid ?? assert.fail('it has a pid');
    },
    straighten: how => rmSync(join(folder, how)),
    bend: how => writeFileSync(join(folder, how), ''),
  };
}

const textsOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

// `docker` for tests: test/fixtures/recording-engine.ts, and what it was asked.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../../src/process/container/engine.ts';
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
  /** Bends it, as its file says: `down`, `fail-kill`, … */
  bend(how: string): void;
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
  return {
    engine: { file: process.execPath, options: [script], env, cwd: sandbox.folder },
    docker,
    env: { DOCKER_CONFIG: folder },
    calls,
    orders: () =>
      calls()
        .map(args => args.filter(arg => !/^[0-9a-f]{64}$/.test(arg)).join(' '))
        .filter(text => /^(?:stop|kill|rm)/.test(text)),
    containers: () =>
      readdirSync(folder)
        .filter(name => name.endsWith('.json'))
        .map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { id: string; pid: number | null }),
    bend: how => writeFileSync(join(folder, how), ''),
  };
}

const textsOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

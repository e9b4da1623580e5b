import { readFileSync, statSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { basename, dirname, resolve, sep } from 'node:path';
import { type Os, os } from '../platform/platform.ts';
import type { Scope } from './expand.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The little that loading needs of the disk beside the file itself. */
export interface Disk {
  /** Content of a text file; throws where it cannot be read. Used for `envFile`. */
  readText(path: string): string;
  isFile(path: string): boolean;
}

/** What a configuration is read against. */
export interface Surroundings {
  readonly env: Environment;
  /** Default: the home folder of whoever runs this. */
  readonly home?: string | undefined;
  /** For the default of `concurrentStarts`. Default: those that this process may use. */
  readonly cores?: number | undefined;
  /** Default: the real disk. */
  readonly disk?: Disk | undefined;
}

/** The surroundings with everything filled in. */
export interface Context {
  /** Absolute, or `null` for an object. */
  readonly file: string | null;
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly scope: Scope;
  readonly cores: number;
  readonly disk: Disk;
}

export function contextOfFile(file: string, surroundings: Surroundings): Context {
  const path = resolve(file);
  return fill(path, projectFolder(path), surroundings);
}

export function contextOfFolder(folder: string, surroundings: Surroundings): Context {
  return fill(null, resolve(folder), surroundings);
}

/** VS Code and Cursor keep a project's file in a folder of their own, and mean the project. */
function projectFolder(file: string): string {
  const folder = dirname(file);
  return ['.vscode', '.cursor'].includes(basename(folder)) ? dirname(folder) : folder;
}

function fill(file: string | null, folder: string, { env, home, cores, disk }: Surroundings): Context {
  return {
    file,
    folder,
    scope: { variable: name => variable(env, name, os), home: home ?? homedir(), folder, separator: sep },
    cores: cores ?? availableParallelism(),
    disk: disk ?? realDisk,
  };
}

/** Windows does not tell `Path` from `PATH`; a copy of its environment does. */
function variable(env: Environment, name: string, system: Os): string | undefined {
  if (Object.hasOwn(env, name) || system !== 'windows') return Object.hasOwn(env, name) ? env[name] : undefined;
  const key = Object.keys(env).find(candidate => candidate.toUpperCase() === name.toUpperCase());
  return key === undefined ? undefined : env[key];
}

const realDisk: Disk = {
  readText: path => readFileSync(path, 'utf8'),
  isFile: path => statSync(path, { throwIfNoEntry: false })?.isFile() === true,
};

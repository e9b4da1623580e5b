import { homedir } from 'node:os';
import { ConfigError, type ConfigIssue } from '../errors/config-error.ts';
import type { Environment } from './context.ts';
import { type ConfigDiff, diffConfig } from './diff.ts';
import { configFromObject, loadConfig } from './load.ts';
import type { Config } from './types.ts';

/** A path, or what would stand in a file. */
export type ConfigSource = string | object;

export interface Surroundings {
  readonly env: Environment;
  /** For relative paths of an object. */
  readonly cwd: string;
  readonly wall: () => number;
}

/** @throws ConfigError with every mistake at once */
export function readConfig(source: ConfigSource, { env, cwd }: Pick<Surroundings, 'env' | 'cwd'>): Promise<Config> {
  return typeof source === 'string'
    ? loadConfig(source, env)
    : Promise.resolve().then(() => configFromObject(source, { env, cwd, home: homedir() }));
}

/** The configuration that counts, and what is the matter with the one that was read last. */
export class CurrentConfig {
  readonly #surroundings: Surroundings;
  readonly #first: Config;
  #config: Config;
  #loadedAt: number;
  #problems: readonly ConfigIssue[] = [];
  #reading: Promise<unknown> = Promise.resolve();

  constructor(config: Config, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#first = config;
    this.#config = config;
    this.#loadedAt = surroundings.wall();
  }

  get config(): Config {
    return this.#config;
  }

  /** Wall-clock ms. */
  get loadedAt(): number {
    return this.#loadedAt;
  }

  get problems(): readonly ConfigIssue[] {
    return this.#problems;
  }

  /** Keys that have changed since the start and count from the next one on. */
  get needsRestart(): readonly string[] {
    return diffConfig(this.#first, this.#config).needsRestart;
  }

  /**
   * Reads another configuration, which counts from then on; one after the other. `onRead` is called before the next is read.
   *
   * @throws ConfigError; then nothing has changed but `problems`.
   */
  read<T>(source: ConfigSource | undefined, onRead: (diff: ConfigDiff) => T): Promise<T> {
    const read = async (): Promise<T> => {
      const wanted = source ?? this.#config.file;
      if (wanted === null) throw new TypeError('the configuration was given as an object: give the new one');
      try {
        const next = await readConfig(wanted, this.#surroundings);
        const diff = diffConfig(this.#config, next);
        this.#config = next;
        this.#loadedAt = this.#surroundings.wall();
        this.#problems = [];
        return onRead({ ...diff, needsRestart: this.needsRestart });
      } catch (error) {
        if (error instanceof ConfigError) this.#problems = error.issues;
        throw error;
      }
    };
    const reading = this.#reading.then(read, read);
    this.#reading = reading;
    return reading;
  }
}

/** A container that nobody but its engine can end. */
export interface WardContainer {
  /** The value of its label `holdfast.life`. */
  readonly life: string;
  /** How the engine is called. */
  readonly engine: {
    readonly file: string;
    readonly options: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly cwd: string;
  };
  /** Where its id stands, once it has one; null where only the label tells. */
  readonly cidFile: string | null;
  /** Whether it is to be removed after its end. */
  readonly isRemoved: boolean;
}

/**
 * What the guardian must know of a container, as words of a shell, all in one line: CIDFILE LIFE FOLDER VERB, then the command by which
 * the engine is called. Null where a word holds an end of line.
 */
export function containerWords({ life, engine, cidFile, isRemoved }: WardContainer): string | null {
  const { file, options, env, cwd } = engine;
  // `env` would take a path with "=" for a variable.
  const program = file.includes('=') ? ['sh', '-c', 'exec "$0" "$@"', file] : [file];
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const command = ['env', ...settings.filter(text => !text.includes('\n')), ...program, ...options];
  const line = [cidFile ?? '', life, cwd, isRemoved ? 'rm -f' : 'kill', ...command].map(quote).join(' ');
  return line.includes('\n') ? null : line;
}

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** The first line of a script that names its interpreter. */
export interface Shebang {
  /** As written: a path, or the bare name that `env` looks up. */
  readonly interpreter: string;
  readonly args: readonly string[];
}

/** The interpreter that a text's first line asks for; `undefined` without one, or where `env` is told more than a name. */
export function parseShebang(text: string): Shebang | undefined {
  const line = /^#![ \t]*([^\r\n]+)/.exec(text)?.[1]?.trim();
  if (line === undefined) return undefined;
  const [program = '', ...args] = line.split(/[ \t]+/);
  if (!/(?:^|\/)env$/.test(program)) return { interpreter: program, args };
  const [name, ...rest] = args[0] === '-S' ? args.slice(1) : args;
  if (name === undefined || name.startsWith('-') || name.includes('=')) return undefined;
  return { interpreter: name, args: rest };
}

/** The options that a Node script's first line gives to Node; `undefined` when the script is not meant for Node. */
export function nodeOptionsOf(text: string): readonly string[] | undefined {
  const shebang = parseShebang(text);
  return shebang !== undefined && /(?:^|\/)node$/.test(shebang.interpreter) ? shebang.args : undefined;
}

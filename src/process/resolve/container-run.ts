import { globalOptions, type OptionLists, runOptions } from './engine-options.ts';

/** What stands in the arguments of a `docker run` or `podman run`. */
export interface ContainerRun {
  /** So many arguments stand before `run`, or `container run`: how the engine is reached. */
  readonly globals: number;
  /** Where the options of `run` begin. */
  readonly optionsAt: number;
  /** Null where it cannot be told for certain where the image stands; what is said below then holds for the options before `unknown`. */
  readonly image: string | null;
  /** The first option that is not known here. */
  readonly unknown: string | null;
  readonly cidFile: string | null;
  /** `--init=false` says so, too. */
  readonly saysInit: boolean;
  readonly isRemoved: boolean;
  readonly isInteractive: boolean;
  readonly isDetached: boolean;
}

/**
 * Recognises it; null for every other command of the program (`exec`, `compose`, …), `unclear` where an option before the command
 * is not known, so that what follows it may be its value.
 */
export function parseContainerRun(
  program: 'docker' | 'podman',
  args: readonly string[],
): ContainerRun | { readonly unclear: string } | null {
  const globals = scan(args, 0, globalOptions[program]);
  if (globals.unknown !== null) return args.includes('run') ? { unclear: globals.unknown } : null;
  const isLong = args[globals.end] === 'container';
  const runAt = globals.end + (isLong ? 1 : 0);
  if (args[runAt] !== 'run') return null;
  const { end, unknown, given } = scan(args, runAt + 1, runOptions);
  const isSet = (...names: string[]) => isTrue(names.flatMap(name => given.get(name) ?? []).at(-1));
  return {
    globals: globals.end,
    optionsAt: runAt + 1,
    image: unknown === null ? (args[end] ?? null) : null,
    unknown,
    cidFile: given.get('cidfile')?.at(-1) ?? null,
    saysInit: given.has('init'),
    isRemoved: isSet('rm'),
    isInteractive: isSet('interactive', 'i'),
    isDetached: isSet('detach', 'd'),
  };
}

interface Scan {
  /** Of the first argument that is no option, nor the value of one. */
  readonly end: number;
  readonly unknown: string | null;
  /** By name, the values in order; that of a flag alone is `true`. */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

/** Options up to the first word, as the flag parser of both programs takes them. */
function scan(args: readonly string[], from: number, lists: OptionLists): Scan {
  const given = new Map<string, string[]>();
  const add = (name: string, value: string) => given.set(name, [...(given.get(name) ?? []), value]);
  for (let at = from; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === '--') return { end: at + 1, unknown: null, given };
    if (!arg.startsWith('-') || arg === '-') return { end: at, unknown: null, given };
    const option = arg.startsWith('--') ? readLong(arg, lists) : readShort(arg, lists);
    for (const name of option.flags) add(name, 'true');
    if (option.unknown) return { end: at, unknown: arg, given };
    if (option.last !== null) add(option.last, option.value ?? args[++at] ?? '');
  }
  return { end: args.length, unknown: null, given };
}

interface OneOption {
  readonly flags: readonly string[];
  /** What takes a value, and that value where it stands in the same argument. */
  readonly last: string | null;
  readonly value: string | null;
  readonly unknown: boolean;
}

function readLong(arg: string, { flags, valued }: OptionLists): OneOption {
  const [name = '', ...rest] = arg.slice(2).split('=');
  const isKnown = flags.has(name) || valued.has(name);
  // One letter has one dash, and whatever holds its own value needs no knowledge.
  if (name.length < 2 || !(isKnown || rest.length > 0)) return { flags: [], last: null, value: null, unknown: true };
  if (rest.length > 0) return { flags: [], last: name, value: rest.join('='), unknown: false };
  if (flags.has(name)) return { flags: [name], last: null, value: null, unknown: false };
  return { flags: [], last: name, value: null, unknown: false };
}

/** `-it`, `-eNAME=1`, `-ie NAME=1`, `-i=false`: letters that stand alone, and at the end one that takes what is left. */
function readShort(arg: string, { flags, valued }: OptionLists): OneOption {
  const alone: string[] = [];
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at] as string;
    const rest = arg.slice(at + 1);
    if (valued.has(letter) || (flags.has(letter) && rest.startsWith('='))) {
      return { flags: alone, last: letter, value: rest === '' ? null : rest.replace(/^=/, ''), unknown: false };
    }
    if (!flags.has(letter)) return { flags: alone, last: null, value: null, unknown: true };
    alone.push(letter);
  }
  return { flags: alone, last: null, value: null, unknown: false };
}

/** As Go reads a boolean. */
const isTrue = (value: string | undefined): boolean => value !== undefined && /^(?:1|t|true)$/i.test(value);

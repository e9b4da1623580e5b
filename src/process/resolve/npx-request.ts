import { type LeftToNpm, type PackageSpec, parsePackageSpec } from './package-spec.ts';

/** What an `npx` or `npm exec` line asks for. */
export interface NpxRequest {
  readonly spec: PackageSpec;
  /** The command inside the package; `undefined` for the package's own one. */
  readonly bin: string | undefined;
  /** Where npx would first look for a command of that name, whichever package it belongs to. */
  readonly command: string | undefined;
  readonly args: readonly string[];
}

/** Options that only say how to fetch, so that they mean nothing for what is already here. */
const HARMLESS = new Set(
  '-y --yes --yes=true -q --quiet -s --silent --prefer-offline --offline --no-install --no --no-fund --no-audit --no-update-notifier'.split(
    ' ',
  ),
);

/**
 * Reads a line of npx (`npx …`) or npm (`npm exec …`, `npm x …`); `undefined` when it is neither.
 * Whatever npm would treat in a way of its own (`--call`, several packages, other options, tags) is left to npm, with the reason.
 */
export function parseNpxRequest(command: string, args: readonly string[]): NpxRequest | LeftToNpm | undefined {
  if (command === 'npx') return read(args, true);
  if (command === 'npm' && (args[0] === 'exec' || args[0] === 'x')) return read(args.slice(1), false);
  return undefined;
}

function read(args: readonly string[], isNpx: boolean): NpxRequest | LeftToNpm {
  const packages: string[] = [];
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '--' || !arg.startsWith('-')) break;
    const named = /^(?:--package|-p)=(.+)$/.exec(arg)?.[1];
    // npm exec reads -p as --parseable
    if (arg.startsWith('-p') && !isNpx) return { reason: '"-p" means something else to npm exec' };
    if (named !== undefined) packages.push(named);
    else if (arg === '--package' || arg === '-p') packages.push(args[++index] ?? '');
    else if (!HARMLESS.has(arg)) return { reason: `its option "${arg}" needs npm` };
  }
  const dashes = args[index] === '--';
  const [first, ...rest] = args.slice(dashes ? index + 1 : index);
  if (first === undefined || first === '') return { reason: 'it names no command' };
  const own = isNpx || dashes ? rest : withoutDashes(rest);
  if (own === undefined) return { reason: 'npm exec reads options before "--" itself' };
  if (packages.length > 1) return { reason: 'it names several packages' };

  const spec = parsePackageSpec(packages[0] ?? first);
  if ('reason' in spec) return spec;
  const isCommandName = packages.length === 0 && spec.name === first && !first.startsWith('@');
  return {
    spec,
    bin: packages.length === 1 ? first : undefined,
    command: isCommandName ? first : undefined,
    args: own,
  };
}

/** npm, unlike npx, takes options wherever they stand, until a `--` of which it takes one. */
function withoutDashes(args: readonly string[]): readonly string[] | undefined {
  const dashes = args.indexOf('--');
  const before = dashes === -1 ? args : args.slice(0, dashes);
  if (before.some(arg => arg.startsWith('-'))) return undefined;
  return dashes === -1 ? args : [...before, ...args.slice(dashes + 1)];
}

import { type CodePages, windowsSurroundings } from '../../platform/windows/surroundings.ts';
import { npmCacheFolder } from '../../process/resolve/npm-folders.ts';
import { pathsOf } from '../../process/resolve/place.ts';
import type { Check, World } from './check.ts';
import { ok, unknown, type Verdict, warning } from './finding.ts';

const UTF8 = 65_001;
/** Shift-JIS, GBK, Korean, Big5, Johab: the second byte of a letter may be a backslash or a quote. */
const DOUBLE_BYTE = [932, 936, 949, 950, 1361];

export function codePageVerdict(pages: CodePages | null): Verdict {
  if (pages === null) return unknown('not known without native code');
  const { ansi, oem } = pages;
  const details = { ansi, oem };
  const told = `ANSI ${ansi}, OEM ${oem}`;
  if (ansi === UTF8) return ok(`UTF-8 (${told})`, details);
  if (!DOUBLE_BYTE.includes(ansi)) return ok(`${told}; Python servers are told to use UTF-8`, details);
  return warning(
    `${told}: a server that writes in it breaks its JSON (Python servers are told to use UTF-8)`,
    'if a server\'s letters come out wrong, switch on "Use Unicode UTF-8 for worldwide language support" in Region, Administrative',
    details,
  );
}

export const codePageCheck: Check = {
  id: 'codePage',
  topic: 'system',
  title: 'code page',
  only: 'windows',
  run: () => codePageVerdict(windowsSurroundings()?.codePages() ?? null),
};

/** Windows' limit without long paths is 260; below a package's folder there are more folders. */
const LONG_PATH = 200;

export interface LongPathFacts {
  /** `LongPathsEnabled` of the registry; null where it cannot be asked. */
  readonly isEnabled: boolean | null;
  /** The longest path that is used: of a server, or of npm's cache. */
  readonly longest: string;
}

export function longPathsVerdict({ isEnabled, longest }: LongPathFacts): Verdict {
  const details = { isEnabled, longest, length: longest.length };
  if (isEnabled === true) return ok('switched on', details);
  const state = isEnabled === null ? 'not known without native code whether they are on' : 'switched off';
  if (longest.length <= LONG_PATH) {
    const told = `${state}; the longest path in use has ${longest.length} characters`;
    return isEnabled === null ? unknown(told, null, details) : ok(told, details);
  }
  return warning(
    `${state}, and ${longest} has ${longest.length} characters: programs other than Node may not open what is in it`,
    "set LongPathsEnabled to 1 under HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem, or move npm's cache (npm config set cache C:\\npm)",
    details,
  );
}

export const longPathsCheck: Check = {
  id: 'longPaths',
  topic: 'system',
  title: 'long paths',
  only: 'windows',
  run: async world => {
    const isEnabled = windowsSurroundings()?.hasLongPaths() ?? null;
    return longPathsVerdict({ isEnabled, longest: await longestPath(world) });
  },
};

async function longestPath({ place, servers }: World): Promise<string> {
  const paths = pathsOf(place);
  // npx puts a package into a folder that is named by 16 letters.
  const cache = paths.join(await npmCacheFolder(place), '_npx', '0123456789abcdef', 'node_modules');
  const plans = await Promise.all(servers.map(({ plan }) => plan));
  const used = plans.flatMap(({ plan }) => (plan === null ? [] : [plan.cwd, plan.file, ...plan.args]));
  return [cache, ...used.filter(text => paths.isAbsolute(text))].reduce((a, b) => (b.length > a.length ? b : a));
}

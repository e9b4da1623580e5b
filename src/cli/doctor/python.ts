import { type Search, searchCommand } from '../../process/resolve/search-path.ts';
import type { Check } from './check.ts';
import { ok, type Verdict, warning } from './finding.ts';

export const pythonCheck: Check = {
  id: 'python',
  topic: 'programs',
  title: 'Python',
  run: async ({ place }) => {
    const [python, python3] = await Promise.all([searchCommand(place, 'python'), searchCommand(place, 'python3')]);
    return pythonVerdict(python, python3);
  },
};

/** What `python` and `python3` are here. On Windows both may be placeholders that only open the Store. */
export function pythonVerdict(python: Search, python3: Search): Verdict {
  const found = python.found ?? python3.found;
  const storeStub = python.storeStub ?? python3.storeStub;
  const details = { path: found ?? null, storeStub: storeStub ?? null };
  if (found !== undefined) return ok(found, details);
  if (storeStub === undefined) return ok('none; only servers that need it miss it', details);
  return warning(
    'only the placeholder that opens the Microsoft Store is here: servers in Python do not start',
    'install Python from https://www.python.org/downloads, or switch the alias off in Settings, "App execution aliases"',
    details,
  );
}

// A `systemctl` that writes down what it is asked, and answers as if the unit were in the state that the test says.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface RecordingSystemctl {
  /** For the environment of whoever is to find it. */
  readonly path: string;
  /** What it was told, but for questions; each without `--user`. */
  orders(): string[];
  /** What it answers from now on. `refuses`: every order fails with these words. */
  is(state: { active: string; enabled: string; pid: number; refuses?: string }): void;
}

export function recordingSystemctl(folder: string): RecordingSystemctl {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const [calls, answer, refusal] = ['calls', 'answer', 'refusal'].map(name => join(bin, name)) as [
    string,
    string,
    string,
  ];
  const program = join(bin, 'systemctl');
  writeFileSync(
    program,
    `#!/bin/sh
[ "$1" = --user ] || exit 64
shift
if [ "$1" = show ]; then exec cat '${answer}'; fi
echo "$*" >> '${calls}'
[ -s '${refusal}' ] || exit 0
cat '${refusal}' >&2
exit 1
`,
  );
  chmodSync(program, 0o755);
  const is: RecordingSystemctl['is'] = ({ active, enabled, pid, refuses = '' }) => {
    writeFileSync(answer, `ActiveState=${active}\nUnitFileState=${enabled}\nMainPID=${pid}\n`);
    writeFileSync(refusal, refuses);
  };
  is({ active: 'inactive', enabled: '', pid: 0 });
  return {
    path: `${bin}${delimiter}${process.env.PATH}`,
    orders: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
    is,
  };
}

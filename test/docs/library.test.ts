// docs/library.md is true: its examples run and print what it says, and its tables name everything that there is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withNothingLeft } from '../support/leak-check.ts';
import { projectRoot } from '../support/project-root.ts';

const root = projectRoot();
const page = readFileSync(join(root, 'docs', 'library.md'), 'utf8');
const source = (file: string) => readFileSync(join(root, 'src', file), 'utf8');

interface Example {
  readonly name: string;
  readonly code: string;
  readonly prints: string;
}

/** The blocks that name a file in their first line, each with the output that follows. A diff is run as it is after, and before. */
const examples: Example[] = [...page.matchAll(/```(js|diff)\n(.*?)```\n+(?:.*?)```text\n(.*?)```/gs)].flatMap(
  ([, kind, block = '', prints = '']) => {
    const name = /\/\/ (\S+)\.mjs/.exec(block)?.[1] ?? assert.fail(`an example without a name:\n${block}`);
    if (kind === 'js') return [{ name, code: block, prints }];
    const side = (drop: string) =>
      block
        .split('\n')
        .filter(line => !line.startsWith(drop))
        .map(line => line.slice(1))
        .join('\n');
    return [
      { name: `${name} without Holdfast`, code: side('+'), prints },
      { name, code: side('-'), prints },
    ];
  },
);

/** Our name becomes the compiled sources, and the packages' names what they are from here. */
function located(code: string): string {
  const own = new URL(`../../src/index${extname(fileURLToPath(import.meta.url))}`, import.meta.url).href;
  return code.replace(/from '([^']+)'/g, (_all, name: string) =>
    name === 'holdfast' ? `from '${own}'` : `from '${import.meta.resolve(name)}'`,
  );
}

describe('the examples of docs/library.md', { concurrency: 2 }, () => {
  assert.equal(examples.length, 7);
  for (const { name, code, prints } of examples) {
    test(name, async t => {
      const { env, folder } = await withNothingLeft(t);
      const file = join(folder, 'example.mjs');
      writeFileSync(file, located(code));
      // In the project's folder, so that `npx` finds what is installed there.
      const { stdout } = await promisify(execFile)(process.execPath, [file], {
        cwd: root,
        env: { ...process.env, ...env },
      });
      assert.equal(stdout.replaceAll('\r\n', '\n'), prints);
    });
  }
});

/** The members of an interface, by the indentation of its source. */
function membersOf(file: string, name: string): string[] {
  const body = new RegExp(`interface ${name} .*?\\{\\n(.*?)\\n\\}`, 's').exec(source(file))?.[1] ?? '';
  const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(<]/gm)].map(([, member = '']) => member);
  assert.ok(members.length > 2, `${name} in ${file}`);
  return members;
}

function named(words: readonly string[], text = page): void {
  const known = new Set([...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split(/[^\w.]+/)));
  assert.deepEqual(
    words.filter(word => !known.has(word)),
    [],
  );
}

test('docs/library.md names every option and every method', () => {
  named(membersOf('transport.ts', 'SupervisedStdioOptions'));
  named(membersOf('manager-api.ts', 'ManagerOptions'));
  named(membersOf('manager-api.ts', 'Manager'));
  named(membersOf('supervisor/client.ts', 'RequestOptions'));
});

test('docs/library.md names every event with all that it carries', () => {
  const events = source('telemetry/events.ts');
  const types = events.slice(events.indexOf('export type HoldfastEvent ='), events.indexOf('/** An event as'));
  for (const part of types.split("readonly type: '").slice(1)) {
    const type = part.slice(0, part.indexOf("'"));
    const row = page.split('\n').find(line => line.startsWith(`| \`${type}\` |`)) ?? '';
    named([type, ...[...part.matchAll(/readonly (\w+)\??:/g)].map(([, field = '']) => field)], row);
  }
});

import type { TestContext } from 'node:test';
import type { Child, StartSpec } from '../../src/platform/child.ts';

/** What starts this Node with a script, for tests of a containment. Notices go to `notices`. */
export function nodeSpec(script: string, change: Partial<StartSpec> = {}): StartSpec & { readonly notices: string[] } {
  const notices: string[] = [];
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return {
    file: process.execPath,
    args: ['-e', script],
    env,
    cwd: process.cwd(),
    verbatim: false,
    cookie: 'cookie-of-a-test',
    priority: 'normal',
    onNotice: text => notices.push(text),
    cgroups: null,
    onBorn: async () => {},
    notices,
    ...change,
  };
}

/** Ends a child with all its own after the test, and gives everything back. */
export function ending(t: TestContext, child: Child): Child {
  // It may end before it has read all.
  child.stdin.on('error', () => undefined);
  t.after(async () => {
    await child.group.kill();
    await child.exited;
    child.group[Symbol.dispose]();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  });
  return child;
}

/** The next line that a child writes, parsed. */
export function nextJson(child: Child): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8');
    const read = (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0) return;
      child.stdout.off('data', read);
      resolve(JSON.parse(text.slice(0, end)));
    };
    child.stdout.on('data', read);
    child.stdout.once('end', () => reject(new Error(`it ended after ${JSON.stringify(text)}`)));
  });
}

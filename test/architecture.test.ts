import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { test } from 'node:test';
import {
  cycles,
  importViolations,
  lengthViolations,
  mirrorViolations,
  platformViolations,
  type Sources,
} from './support/architecture.ts';
import { MAX_LINES } from './support/house-rules.ts';
import { projectRoot } from './support/project-root.ts';

const root = projectRoot();
const sources: Sources = new Map(
  [...filesBelow('src'), ...filesBelow('web').map(file => `web/${file}`)].map(
    file => [file, readFileSync(join(root, file.startsWith('web/') ? file : `src/${file}`), 'utf8')] as const,
  ),
);

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map(file => String(file).split(sep).join('/'))
    .filter(file => /\.tsx?$/.test(file))
    .sort();
}

function holds(violations: readonly string[]): void {
  assert.equal(violations.length, 0, `\n${violations.join('\n')}`);
}

test('every folder imports only what the table of DESIGN §11 allows, and every third party only through its door', () => {
  assert.ok(sources.size > 0);
  holds(importViolations(sources));
});

test('no file imports itself by way of others', () => holds(cycles(sources)));
test('the operating system is asked for in one file', () => holds(platformViolations(sources)));
test(`no source file has ${MAX_LINES} lines`, () => holds(lengthViolations(sources)));
test('the path of a test says what it tests', () => holds(mirrorViolations(filesBelow('test'), sources)));

// The rest shows that the rules can be broken: made-up sources, and a word of the complaint each must draw (null: none).
const house = (files: Record<string, string>): Sources => new Map(Object.entries(files));

const imports: readonly (readonly [says: string, file: string, source: string, complaint: RegExp | null])[] = [
  ['a lower layer', 'process/a.ts', `import { x } from '../errors/b.ts';`, null],
  ['its own folder', 'process/a.ts', `import { x } from './b.ts';`, null],
  ['a higher layer', 'process/a.ts', `import { x } from '../session/b.ts';`, /process may import platform, errors/],
  ['types of a higher layer', 'process/a.ts', `import type { X } from '../session/b.ts';`, /types of src\/session/],
  ['types where types are allowed', 'process/a.ts', `import type { X } from '../config/types.ts';`, null],
  ['values where types are allowed', 'process/a.ts', `import { x } from '../config/load.ts';`, /write "import type"/],
  [
    'an inline type, which stays as an import',
    'process/a.ts',
    `import { type X } from '../config/types.ts';`,
    /write "import type"/,
  ],
  ['a value named type', 'process/a.ts', `import type from '../config/types.ts';`, /write "import type"/],
  ['the events, as types', 'errors/a.ts', `import type { Emit } from '../telemetry/events.ts';`, null],
  [
    'the events, as values',
    'session/a.ts',
    `import { emit } from '../telemetry/events.ts';`,
    /values of src\/telemetry/,
  ],
  ['the logger, as types', 'session/a.ts', `import type { L } from '../telemetry/logger.ts';`, /types of/],
  ['by export from', 'errors/a.ts', `export { x } from '../config/b.ts';`, /errors may import nothing/],
  ['by export star', 'errors/a.ts', `export * from '../config/b.ts';`, /errors may import nothing/],
  ['for effect', 'errors/a.ts', `import '../config/b.ts';`, /errors may import nothing/],
  ['by a call', 'errors/a.ts', `const x = await import('../config/b.ts');`, /errors may import nothing/],
  ['over several lines', 'errors/a.ts', `import {\n  x,\n  y,\n} from '../config/b.ts';`, /errors may import nothing/],
  ['in a comment', 'errors/a.ts', `/*\nimport { x } from '../config/b.ts';\n*/\n// import('../config/b.ts')`, null],
  ['a Node module into the reducer', 'lifecycle/a.ts', `import { setTimeout } from 'node:timers';`, /pure/],
  ['a Node module without its prefix', 'lifecycle/a.ts', `import fs from 'fs';`, /a Node module/],
  ['a package into the reducer', 'lifecycle/a.ts', `import { z } from 'zod';`, /a package/],
  ['a Node module elsewhere', 'errors/a.ts', `import { inspect } from 'node:util';`, null],
  ['process into the gateway', 'gateway/a.ts', `import { x } from '../process/b.ts';`, /gateway may import/],
  ['the supervisor into the CLI', 'cli/commands/a.ts', `import { x } from '../../supervisor/b.ts';`, null],
  ['the reducer into the CLI', 'cli/a.ts', `import { x } from '../lifecycle/b.ts';`, /all but lifecycle/],
  [
    'win32 into the CLI',
    'cli/a.ts',
    `import { x } from '../platform/win32.ts';`,
    /all but lifecycle and platform\/win32/,
  ],
  ['the manager into the index', 'index.ts', `export { createManager } from './manager.ts';`, null],
  ['types into the index', 'index.ts', `export type { X } from './session/b.ts';`, null],
  ['values into the index', 'index.ts', `export { x } from './session/b.ts';`, /write "import type"/],
  ['koffi at its door', 'platform/win32.ts', `import koffi from 'koffi';`, null],
  ['koffi elsewhere', 'process/a.ts', `const koffi = require('koffi');`, /src\/platform\/win32\.ts; go through it/],
  ['koffi elsewhere, as a type', 'process/a.ts', `type K = typeof import('koffi');`, /go through it/],
  ['NATS elsewhere', 'daemon/a.ts', `import { connect } from '@nats-io/transport-node';`, /cluster\/nats\.ts/],
  ['OpenTelemetry elsewhere', 'manager.ts', `import { metrics } from '@opentelemetry/api';`, /telemetry\/otel\.ts/],
  [
    'the SDK, types at its door',
    'transport.ts',
    `import type { T } from '@modelcontextprotocol/sdk/shared/transport.js';`,
    null,
  ],
  [
    'the SDK, values at its door',
    'transport.ts',
    `import { T } from '@modelcontextprotocol/sdk/types.js';`,
    /must run without the MCP SDK/,
  ],
  [
    'the SDK elsewhere',
    'session/a.ts',
    `import type { T } from '@modelcontextprotocol/sdk/types.js';`,
    /transport\.ts/,
  ],
  ['types into the page', 'web/src/a.tsx', `import type { X } from '../../src/daemon/b.ts';`, null],
  [
    'the words of events into the page',
    'web/src/a.ts',
    `import { e } from '../../src/telemetry/event-entries.ts';`,
    null,
  ],
  ['other values into the page', 'web/src/a.tsx', `import { x } from '../../src/errors/b.ts';`, /write "import type"/],
  ['the page into the sources', 'daemon/a.ts', `import { x } from '../../web/src/b.ts';`, /values of web\/src\/b\.ts/],
  ['from a folder without a row', 'misc/a.ts', '', /"misc" has no row/],
];
for (const [says, file, source, complaint] of imports) {
  test(`the import rule ${complaint === null ? 'allows' : 'forbids'}: ${says}`, () => {
    const found = importViolations(house({ [file]: source }));
    if (complaint === null) assert.deepEqual(found, []);
    else assert.match(found.join('\n'), complaint);
  });
}

test('the cycle rule names the ring, and takes types for none', () => {
  const ring = house({
    'a.ts': `import { b } from './b.ts';`,
    'b.ts': `import { c } from './c.ts';`,
    'c.ts': `import { a } from './a.ts';`,
  });
  assert.match(cycles(ring).join('\n'), /src\/a\.ts → src\/b\.ts → src\/c\.ts → src\/a\.ts/);
  assert.equal(cycles(ring).length, 1);
  assert.deepEqual(
    cycles(house({ 'a.ts': `import { b } from './b.ts';`, 'b.ts': `import type { A } from './a.ts';` })),
    [],
  );
});

test('the platform rule sees every way of asking, and no comment', () => {
  for (const source of [
    `if (process.platform === 'win32') {}`,
    `if (process['platform'] === 'win32') {}`,
    `const { platform } = process;`,
    `import { platform } from 'node:os';`,
    `if (os.platform() === 'win32') {}`,
  ]) {
    assert.match(platformViolations(house({ 'process/a.ts': source })).join('\n'), /asks for the platform/, source);
  }
  assert.deepEqual(platformViolations(house({ 'process/a.ts': '// process.platform is not ours to ask' })), []);
  assert.deepEqual(platformViolations(house({ 'platform/platform.ts': 'process.platform' })), []);
});

test('the length rule counts lines, not newlines', () => {
  assert.deepEqual(lengthViolations(house({ 'a.ts': 'x\n'.repeat(MAX_LINES - 1) })), []);
  assert.match(lengthViolations(house({ 'a.ts': 'x\n'.repeat(MAX_LINES) })).join('\n'), /300 lines/);
});

test('the mirror rule wants a source for each test, and leaves scenarios alone', () => {
  const files = house({ 'config/load.ts': '' });
  const fine = ['config/load.test.ts', 'config/load.property.test.ts', 'scenarios/cleanup.test.ts', 'config/helper.ts'];
  assert.deepEqual(mirrorViolations(fine, files), []);
  assert.match(mirrorViolations(['config/lode.test.ts'], files).join('\n'), /there is no src\/config\/lode\.ts/);
  assert.deepEqual(mirrorViolations(['web/model/a.test.ts'], house({ 'web/src/model/a.ts': '' })), []);
});

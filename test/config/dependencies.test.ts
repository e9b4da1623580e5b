import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDependencies } from '../../src/config/dependencies.ts';
import { createReport } from '../../src/config/report.ts';
import { sourceOfObject } from '../../src/config/source.ts';

function mistakes(wishes: Readonly<Record<string, readonly string[]>>): string[] {
  const report = createReport(sourceOfObject({}));
  const dependents = Object.entries(wishes).map(([name, dependsOn]) => ({ name, dependsOn, path: [name] }));
  checkDependencies(dependents, Object.keys(wishes), report);
  return report.issues().map(({ key, message }) => `${key}: ${message}`);
}

test('names that there are, in any order and any number, are no mistake', () => {
  assert.deepEqual(mistakes({ web: ['db', 'files'], files: ['db'], db: [], other: ['db'] }), []);
});

test('a name that there is not gets the nearest one', () => {
  assert.deepEqual(mistakes({ web: ['databse', 'zzz'], database: [] }), [
    'web[0]: expected the name of a server, got "databse": did you mean "database"?',
    'web[1]: expected the name of a server, got "zzz"',
  ]);
});

test('each cycle is told once, by its names, where it closes', () => {
  assert.deepEqual(mistakes({ a: ['b'], b: ['c'], c: ['x', 'a'], x: [], s: ['s'], t: ['a'] }), [
    'c[1]: servers wait for each other: a → b → c → a',
    's[0]: servers wait for each other: s → s',
  ]);
});

test('a circle of two thousand servers is walked to its end', () => {
  const chain = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`s${i}`, [`s${(i + 1) % 2_000}`]]));
  assert.equal(mistakes(chain).length, 1);
});

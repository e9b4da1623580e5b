import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { globPattern, matches, templatePattern } from '../../src/gateway/pattern.ts';

const globs: readonly (readonly [glob: string, yes: readonly string[], no: readonly string[]])[] = [
  ['*', ['', 'a', 'read_file'], []],
  ['read_*', ['read_', 'read_file'], ['read', 'unread_file']],
  ['*_file', ['read_file', '_file'], ['read_files']],
  ['r*_f*e', ['read_file', 'r_fe'], ['read_fil']],
  ['get?', ['get1', 'get😀'], ['get', 'get12']],
  ['a.b', ['a.b'], ['axb']],
  ['[a-z]+', ['[a-z]+'], ['b']],
  ['', [''], ['a']],
];
for (const [glob, yes, no] of globs) {
  test(`the pattern "${glob}" takes what it says and nothing else`, () => {
    for (const text of yes) assert.equal(matches(globPattern(glob), text), true, text);
    for (const text of no) assert.equal(matches(globPattern(glob), text), false, text);
  });
}

const templates: readonly (readonly [template: string, yes: readonly string[], no: readonly string[]])[] = [
  [
    'db://rows/{id}',
    ['db://rows/7', 'db://rows/a%20b'],
    ['db://rows/', 'db://rows/7/8', 'db://rows/7?x', 'db://row/7'],
  ],
  ['file:///{+path}', ['file:///a/b?c#d'], ['file:///', 'file://a']],
  ['x://a{/b,c}', ['x://a', 'x://a/1', 'x://a/1/2'], ['x://ab', 'x://a/1?q']],
  ['x://a{?q,r}', ['x://a', 'x://a?q=1&r=2'], ['x://a/1', 'x://a?q#f']],
  ['x://a?z=1{&q}', ['x://a?z=1', 'x://a?z=1&q=2'], ['x://a']],
  ['x://a{#f}', ['x://a', 'x://a#b/c?d'], ['x://ab']],
  ['x://a{.ext}', ['x://a', 'x://a.md'], ['x://a.md/b']],
  ['{scheme}://{host}{/path*}', ['ab://h', 'ab://h/x/y'], ['ab:/h', '://h']],
  ['x://{broken', ['x://{broken'], ['x://1']],
];
for (const [template, yes, no] of templates) {
  test(`the template "${template}" takes the URIs that it may become`, () => {
    for (const text of yes) assert.equal(matches(templatePattern(template), text), true, text);
    for (const text of no) assert.equal(matches(templatePattern(template), text), false, text);
  });
}

test('a pattern agrees with the regular expression that it stands for', () => {
  const glob = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 }).map(parts => parts.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 10 }).map(parts => parts.join(''));
  fc.assert(
    fc.property(glob, text, (pattern, name) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      assert.equal(matches(globPattern(pattern), name), expected.test(name));
    }),
  );
});

test('a pattern that would take a regular expression for ever is quick', () => {
  assert.equal(matches(globPattern('*a'.repeat(30)), `${'a'.repeat(5_000)}b`), false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dnsVerdict, localhostVerdict } from '../../../src/cli/doctor/names.ts';

const found = {
  host: 'registry.npmjs.org',
  addresses: ['192.0.2.1', '2001:db8::1'],
  code: null,
  coldMs: 12,
  warmMs: 0.4,
};
const lost = { host: 'proxy.corp.example', addresses: [], code: 'ENOTFOUND', coldMs: 3, warmMs: null };

test('a look-up tells both times and which family comes first', () => {
  const { status, summary } = dnsVerdict({ lookups: [found], order: 'ipv4first', neededBy: [] });
  assert.deepEqual([status, summary], ['ok', 'registry.npmjs.org 12 ms cold, <1 ms warm, IPv4 first']);
  const only = { ...found, addresses: ['2001:db8::1'] };
  assert.match(dnsVerdict({ lookups: [only], order: 'verbatim', neededBy: [] }).summary, /IPv6 only$/);
});

test('a name that is not found is a problem for those who need it, else a warning', () => {
  const facts = { lookups: [found, lost], order: 'ipv4first' };
  const needed = dnsVerdict({ ...facts, neededBy: ['files'] });
  assert.deepEqual(
    [needed.status, needed.summary],
    ['problem', 'cannot be looked up: proxy.corp.example (ENOTFOUND); files may have to be fetched'],
  );
  assert.equal(dnsVerdict({ ...facts, neededBy: [] }).status, 'warning');
});

test('a name that takes a second is slow', () => {
  const slow = dnsVerdict({ lookups: [{ ...found, coldMs: 1_900 }], order: 'ipv4first', neededBy: [] });
  assert.deepEqual([slow.status, slow.summary.slice(0, 5)], ['warning', 'slow:']);
});

const cases: readonly (readonly [
  name: string,
  facts: Partial<Parameters<typeof localhostVerdict>[0]>,
  status: string,
])[] = [
  ['both families are fine, in any order', { addresses: ['::1', '127.0.0.1'] }, 'ok'],
  ['IPv4 alone is fine', { addresses: ['127.0.0.1'] }, 'ok'],
  ['IPv6 alone is odd', { addresses: ['::1'] }, 'warning'],
  ['another machine is a problem', { addresses: ['203.0.113.9'] }, 'problem'],
  ['a name that is not known is a problem', { addresses: [], code: 'ENOTFOUND' }, 'problem'],
  ['a port that answers is named', { answers: [{ port: 8080, address: '::1' }] }, 'ok'],
  ['one that does not is odd', { answers: [{ port: 8080, address: null }] }, 'warning'],
];
for (const [name, facts, status] of cases) {
  test(`localhost: ${name}`, () => {
    const verdict = localhostVerdict({ addresses: ['127.0.0.1'], code: null, answers: [], ...facts });
    assert.deepEqual([verdict.status, verdict.hint === null], [status, status === 'ok']);
  });
}

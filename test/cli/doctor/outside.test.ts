import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CertificateFacts,
  certificatesVerdict,
  proxyVerdict,
  winsockVerdict,
} from '../../../src/cli/doctor/outside.ts';

test('a Winsock that does not start is a problem with its explanation', () => {
  const failed = winsockVerdict({ state: 'failed', status: 10106, reason: 'mostly SystemRoot is missing' });
  assert.deepEqual([failed.status, failed.hint], ['problem', 'mostly SystemRoot is missing']);
  assert.match(failed.summary, /10106/);
  const started = winsockVerdict({ state: 'started', version: '2.2', highest: '2.2', providers: ['TCP', 'UDP'] });
  assert.deepEqual([started.status, started.summary], ['ok', '2.2 of 2.2, 2 providers']);
  assert.equal(winsockVerdict({ state: 'not applicable' }).status, 'unknown');
});

const none = { source: 'none', http: null, https: null, direct: [], pac: null } as const;

test('a proxy is told without its credentials; a script is only named', () => {
  assert.equal(proxyVerdict(none, true).summary, 'none');
  const http = 'http://ada:geheim@proxy.corp.example:3128';
  const found = proxyVerdict({ ...none, source: 'environment', http, https: http }, true);
  assert.equal(found.status, 'ok');
  assert.match(found.summary, /by http:\/\/proxy\.corp\.example:3128 \(environment\), handed on to servers$/);
  assert.doesNotMatch(JSON.stringify(found), /geheim/);
  assert.match(proxyVerdict({ ...none, source: 'winhttp', http, https: http }, false).summary, /not handed on/);
  assert.equal(proxyVerdict({ ...none, source: 'winhttp', pac: 'http://wpad/wpad.dat' }, true).status, 'warning');
  assert.equal(proxyVerdict({ ...none, source: 'environment', https: 'http://' }, true).status, 'problem');
});

const quiet: CertificateFacts = { added: 0, isHandedOn: true, trustsEverybody: false, missing: [] };

test('authorities that were added are counted, and what breaks trust is warned of', () => {
  assert.equal(certificatesVerdict(quiet).status, 'ok');
  assert.match(certificatesVerdict({ ...quiet, added: 1 }).summary, /^1 authority added to this system, handed on/);
  assert.match(
    certificatesVerdict({ ...quiet, added: 2, isHandedOn: false }).summary,
    /^2 authorities .* not handed on/,
  );
  assert.equal(certificatesVerdict({ ...quiet, added: null }).status, 'unknown');
  assert.equal(certificatesVerdict({ ...quiet, trustsEverybody: true }).status, 'warning');
  const missing = [{ variable: 'SSL_CERT_FILE', file: '/etc/gone.pem' }];
  assert.match(
    certificatesVerdict({ ...quiet, missing }).summary,
    /SSL_CERT_FILE names \/etc\/gone\.pem, which is not there/,
  );
});

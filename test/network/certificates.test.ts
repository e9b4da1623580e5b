import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as tls from 'node:tls';
import {
  addedAuthorities,
  beyond,
  fromFolders,
  toPem,
  trustsEverybody,
  withCertificates,
  writeCertificates,
} from '../../src/network/certificates.ts';
import { os } from '../../src/platform/platform.ts';
import { withNothingLeft } from '../support/leak-check.ts';

const [first = '', second = '', third = ''] = tls.rootCertificates;
/** Some of Node's own are about to be over. */
const now = Date.UTC(2026, 0);
const bodyOf = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '');
const lines = (pem: string) => pem.replaceAll('\n', '\r\n');

test('what is beyond a list is told by the certificates themselves, each once', () => {
  assert.deepEqual(beyond([first, lines(second), second, third], [lines(first)], now), [lines(second), third]);
  assert.deepEqual(beyond(tls.rootCertificates, tls.rootCertificates), []);
});

test('what is broken, or over, is left out', () => {
  const broken = first.replace(/\n.{10}/, '\nAAAAAAAAAA');
  assert.deepEqual(beyond([broken, second], [], now), [second]);
  assert.deepEqual(beyond([second], [], Date.UTC(2200, 0)), []);
});

test('the folders of an administrator are read, with all that is in a file', async t => {
  const { folder } = await withNothingLeft(t);
  mkdirSync(join(folder, 'corp'));
  writeFileSync(join(folder, 'corp', 'both.crt'), `a comment\n${first}\n${second}\n`);
  writeFileSync(join(folder, 'readme.txt'), third);
  const found = fromFolders([folder, join(folder, 'missing')]);
  assert.deepEqual(beyond([first, second], found, now), []);
  assert.equal(found.length, 2);
});

test('the store of the system is compared with the list that Node has', () => {
  const ders = [first, second].map(pem => Buffer.from(bodyOf(pem), 'base64'));
  assert.equal(bodyOf(toPem(ders[0] ?? Buffer.alloc(0))), bodyOf(first));
  assert.match(
    toPem(ders[0] ?? Buffer.alloc(0)),
    /^-----BEGIN CERTIFICATE-----\n(?:.{1,64}\n)+-----END CERTIFICATE-----$/,
  );
  assert.deepEqual(addedAuthorities('windows', { systemCertificates: () => ders }), []);
});

test('files are written for this user alone, once, and left as they are while nothing changes', async t => {
  const { folder } = await withNothingLeft(t);
  const target = join(folder, 'state', 'certificates');
  const files = writeCertificates(target, [first]);
  assert.ok(files !== null);
  assert.equal(readFileSync(files.extra, 'utf8'), `${first.trim()}\n`);
  assert.equal(readFileSync(files.bundle, 'utf8').match(/BEGIN/g)?.length, tls.rootCertificates.length + 1);
  if (os !== 'windows') assert.equal(statSync(files.extra).mode & 0o777, 0o600);
  utimesSync(files.extra, 1, 1);
  assert.deepEqual(writeCertificates(target, [first]), files);
  assert.equal(statSync(files.extra).mtimeMs, 1_000);
  writeFileSync(files.extra, 'cut off');
  writeCertificates(target, [first]);
  assert.equal(readFileSync(files.extra, 'utf8'), `${first.trim()}\n`);
  assert.equal(writeCertificates(target, []), null);
});

test('a child gets the files by every name, unless it has its own', () => {
  const files = { extra: '/s/extra.pem', bundle: '/s/bundle.pem', count: 1 };
  assert.deepEqual(withCertificates('linux', {}, files), {
    NODE_EXTRA_CA_CERTS: '/s/extra.pem',
    SSL_CERT_FILE: '/s/bundle.pem',
    REQUESTS_CA_BUNDLE: '/s/bundle.pem',
    CURL_CA_BUNDLE: '/s/bundle.pem',
    PIP_CERT: '/s/bundle.pem',
    UV_SYSTEM_CERTS: 'true',
    UV_NATIVE_TLS: 'true',
    DENO_TLS_CA_STORE: 'system,mozilla',
  });
  const own = { NODE_EXTRA_CA_CERTS: '/mine', SSL_CERT_DIR: '/certs' };
  const child = withCertificates('linux', own, files);
  assert.deepEqual([child.NODE_EXTRA_CA_CERTS, child.SSL_CERT_FILE], ['/mine', undefined]);
});

test('Node takes the file', async t => {
  const { folder } = await withNothingLeft(t);
  const files = writeCertificates(folder, [first, second]);
  assert.ok(files !== null);
  const script =
    'const tls = require("tls"); tls.createSecureContext(); console.log(tls.getCACertificates?.("extra").length ?? 2)';
  const env = withCertificates(os, { PATH: process.env.PATH ?? '' }, files);
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
  assert.deepEqual([stdout.trim(), stderr], ['2', '']);
});

test('a server that believes anybody is found', () => {
  assert.equal(trustsEverybody('linux', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }), true);
  assert.equal(trustsEverybody('windows', { Node_Tls_Reject_Unauthorized: '0' }), true);
  assert.equal(trustsEverybody('linux', { NODE_TLS_REJECT_UNAUTHORIZED: '1' }), false);
  assert.equal(trustsEverybody('linux', {}), false);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { readShim } from '../../../src/process/resolve/read-shim.ts';
import { modernShim, oldShim } from './shims.ts';

test('the shims of today and of older npm versions are read', () => {
  const wanted = { target: '..\\pkg\\cli.js', runner: 'node', options: [] };
  assert.deepEqual(readShim(modernShim('..\\pkg\\cli.js')), wanted);
  assert.deepEqual(readShim(oldShim('..\\pkg\\cli.js')), wanted);
  assert.deepEqual(readShim('@echo off\nnode "%~dp0\\yarn.js" %*\n'), {
    target: 'yarn.js',
    runner: 'node',
    options: [],
  });
});

test('options of the first line are kept', () => {
  assert.deepEqual(readShim(modernShim('x.js', '--no-warnings --enable-source-maps'))?.options, [
    '--no-warnings',
    '--enable-source-maps',
  ]);
});

test('a shim of a program is the program', () => {
  const text =
    '@ECHO off\r\nGOTO start\r\n:find_dp0\r\nSET dp0=%~dp0\r\nEXIT /b\r\n:start\r\nSETLOCAL\r\nCALL :find_dp0\r\n"%dp0%\\..\\tool\\tool.exe"   %*\r\n';
  assert.deepEqual(readShim(text), { target: '..\\tool\\tool.exe', runner: 'self', options: [] });
});

test('what is not just a shim is left alone', () => {
  const cases = {
    'it changes the folder': '@echo off\r\ncd /d C:\\srv\r\nnode "%~dp0\\x.js" %*\r\n',
    'it sets a variable': '@SET "NODE_PATH=C:\\x"\r\n@node "%~dp0\\x.js" %*\r\n',
    'it runs something else': modernShim('x.py').replace('_prog=node', '_prog=python'),
    'it starts two scripts': '@node "%~dp0\\a.js" %*\r\n@node "%~dp0\\b.js" %*\r\n',
    'it adds arguments': '@node "%~dp0\\a.js" --fixed %*\r\n',
    'it is empty': '',
  };
  for (const [why, text] of Object.entries(cases)) assert.equal(readShim(text), undefined, why);
});

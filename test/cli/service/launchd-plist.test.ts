import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelOf, launchdPlist } from '../../../src/cli/service/launchd-plist.ts';

test('launchd runs the words as they are, at login and after a failure, and gives a stop its time', () => {
  const service = {
    name: 'holdfast-work-12345678',
    what: 'work',
    program: '/usr/local/bin/node',
    args: ['/opt/main.js', 'up', '--config', '/Users/ada/A & B <c>/holdfast.json'],
    path: '/usr/bin:/bin',
    stopSeconds: 42,
  };
  const plist = launchdPlist(service);
  const strings = [...plist.matchAll(/<string>(.*)<\/string>/g)].map(([, text]) => text);
  assert.deepEqual(strings, [
    labelOf(service),
    '/usr/local/bin/node',
    '/opt/main.js',
    'up',
    '--config',
    '/Users/ada/A &amp; B &lt;c&gt;/holdfast.json',
    '/usr/bin:/bin',
  ]);
  assert.match(plist, /<key>SuccessfulExit<\/key>\s*<false\/>/);
  assert.match(plist, /<key>ExitTimeOut<\/key>\s*<integer>42</);
  assert.doesNotMatch(launchdPlist({ ...service, path: null }), /EnvironmentVariables/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskXml } from '../../../src/cli/service/task-xml.ts';

test('Task Scheduler gets the program apart from its words, which are quoted as Windows programs read them', () => {
  const xml = taskXml({
    name: 'holdfast-work-12345678',
    what: 'work',
    program: 'C:\\Program Files\\nodejs\\node.exe',
    args: ['C:\\main.js', 'up', '--config', 'C:\\Änne & Co\\holdfast.json', '--state-dir', 'C:\\s\\'],
    path: null,
    stopSeconds: 30,
  });
  assert.match(xml, /<Command>C:\\Program Files\\nodejs\\node\.exe<\/Command>/);
  assert.match(
    xml,
    /<Arguments>C:\\main\.js up --config &quot;C:\\&#196;nne &amp; Co\\holdfast\.json&quot; --state-dir C:\\s\\<\/Arguments>/,
  );
  assert.match(xml, /^<\?xml version="1\.0"\?>\n<Task /);
  assert.match(xml, /<ExecutionTimeLimit>PT0S</);
});

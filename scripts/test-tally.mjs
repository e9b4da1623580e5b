// A second reporter of node:test, beside the one that people read: writes, as one JSON object, the counts
// of the runner's own closing lines and how long each file took.
const COUNT = /^(tests|pass|fail|cancelled|skipped|todo) (\d+)$/;

export default async function* tally(events) {
  const counts = {};
  const fileMs = {};
  for await (const { type, data } of events) {
    if (type === 'test:diagnostic' && data.nesting === 0) {
      const [, name, count] = COUNT.exec(data.message) ?? [];
      if (name !== undefined) counts[name] = Number(count);
    }
    if ((type === 'test:pass' || type === 'test:fail') && data.nesting === 0 && data.file !== undefined) {
      fileMs[data.file] = (fileMs[data.file] ?? 0) + (data.details?.duration_ms ?? 0);
    }
  }
  yield JSON.stringify({ counts, fileMs });
}

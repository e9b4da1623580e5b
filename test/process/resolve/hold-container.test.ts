import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Os } from '../../../src/platform/platform.ts';
import { realFiles } from '../../../src/process/resolve/files.ts';
import { holdContainer } from '../../../src/process/resolve/hold-container.ts';
import type { Place } from '../../../src/process/resolve/place.ts';

/** What is made of a command that was found at `file`. */
function held(
  line: string,
  { os = 'linux' as Os, file = '/usr/bin/docker', asWritten = false, isScript = false } = {},
) {
  const [command = '', ...args] = line.split(' ');
  const place: Place = {
    os,
    files: realFiles,
    env: {},
    cwd: os === 'windows' ? 'C:\\project' : '/project',
    home: '/',
    nodePath: '/node',
    nodeVersion: undefined,
  };
  const found = { server: 'test', command, args, file };
  const start = {
    file,
    args: isScript ? ['/script.js', ...args] : args,
    launch: 'as-written',
    why: `found at ${file}`,
    mayDownload: true,
  } as const;
  return { start, result: holdContainer(place, found, asWritten, start) };
}

test('a docker run gets an init of its own, and is known as one', () => {
  const { result } = held('docker --context far run -i --rm mcp/fetch --port 1');
  assert.deepEqual(result.args, ['--context', 'far', 'run', '--init', '-i', '--rm', 'mcp/fetch', '--port', '1']);
  assert.deepEqual(result.container, { globals: 2, optionsAt: 3, cidFile: null, takesCidFile: true, isRemoved: true });
  assert.equal(result.launch, 'resolved');
  assert.equal(result.why, 'found at /usr/bin/docker; the container of mcp/fetch is ended with it');
  assert.deepEqual(result.notes, []);
});

test('an init is not added where one is spoken of, nor to podman', () => {
  for (const line of ['docker run --init -i a', 'docker run --init=false -i a', '/usr/bin/podman run -i a']) {
    const { result } = held(line);
    assert.deepEqual(result.args, line.split(' ').slice(1), line);
    assert.ok(result.container !== undefined);
  }
});

test('a program by its path, and one for Windows, is known by its name', () => {
  for (const line of ['/opt/docker run -i a', 'docker.exe run -i a'])
    assert.ok(held(line).result.container !== undefined);
  assert.ok(
    held('C:\\Docker\\DOCKER.EXE run -i a', { os: 'windows', file: 'C:\\Docker\\docker.exe' }).result.container,
  );
  for (const line of ['nerdctl run -i a', 'docker-compose run a', 'node run a', 'docker exec -i a b']) {
    const { start, result } = held(line);
    assert.equal(result, start, line);
  }
});

test('the id’s file is left to the user, to snaps, and to programs that do not know our paths', () => {
  const of = (line: string, options = {}) => held(line, options).result.container;
  assert.equal(of('docker run --cidfile ids/one -i a')?.cidFile, '/project/ids/one');
  assert.equal(
    of('docker run --cidfile ids\\one a', { os: 'windows', file: 'C:\\docker.exe' })?.cidFile,
    'C:\\project\\ids\\one',
  );
  assert.equal(of('docker run --cidfile /x -i a')?.takesCidFile, false);
  assert.equal(of('docker run -i a', { file: '/snap/bin/docker' })?.takesCidFile, false);
  assert.equal(of('docker.exe run -i a', { file: '/mnt/c/docker.exe' })?.takesCidFile, false);
  assert.equal(of('docker run --of-tomorrow x --cidfile y a')?.takesCidFile, false);
  assert.equal(of('docker.exe run -i a', { os: 'windows', file: 'C:\\docker.exe' })?.takesCidFile, true);
});

test('what cannot be held stays as it is written, and says so', () => {
  const of = (line: string, options = {}) => {
    const { start, result } = held(line, options);
    assert.equal(result.args, start.args);
    assert.equal(result.container, undefined);
    return result.notes?.join();
  };
  const tail = '; "docker ps" shows what stays';
  assert.equal(
    of('docker --of-tomorrow run -i a'),
    `its container is not ended with it: the option "--of-tomorrow" before "run" is not known here${tail}`,
  );
  assert.match(of('docker run -i a', { asWritten: true }) ?? '', /"launch" is "as-written"/);
  assert.match(of('docker run -i a', { isScript: true }) ?? '', /is a script/);
});

test('a server that hears nothing, leaves at once or piles up is noted', () => {
  const of = (line: string) => held(line).result.notes?.map(note => note.split(/[:,]/, 1)[0]);
  assert.deepEqual(of('docker run --rm a'), ['"docker run" without -i gives the server no stdin']);
  assert.deepEqual(of('podman run -di --rm a'), ['"podman run" with -d leaves at once']);
  assert.deepEqual(of('docker run -i a'), ['each start leaves a stopped container']);
  assert.deepEqual(of('docker run --of-tomorrow x -i a'), []);
});

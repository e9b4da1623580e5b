import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ContainerRun, parseContainerRun } from '../../../src/process/resolve/container-run.ts';

const words = (line: string): string[] => line.split(' ').filter(Boolean);

/** `docker …` or `podman …`, split at spaces. */
function parse(line: string): ReturnType<typeof parseContainerRun> {
  const [program, ...args] = words(line);
  return parseContainerRun(program as 'docker' | 'podman', args);
}

function run(line: string): ContainerRun {
  const found = parse(line);
  assert.ok(found !== null && !('unclear' in found), line);
  return found;
}

describe('where the image stands', () => {
  const cases: readonly (readonly [line: string, image: string | null, optionsAt: number])[] = [
    ['docker run -i --rm mcp/fetch', 'mcp/fetch', 1],
    ['docker run mcp/fetch run -i', 'mcp/fetch', 1],
    ['docker container run --rm -i mcp/fetch', 'mcp/fetch', 2],
    ['podman container run -i ghcr.io/a/b:1', 'ghcr.io/a/b:1', 2],
    ['docker --context far -H tcp://x:1 run -i a', 'a', 5],
    ['docker --context=far -Dl debug run -i a', 'a', 4],
    ['docker -Htcp://x:1 run a', 'a', 2],
    ['podman --log-level error --remote run -i a', 'a', 4],
    [
      'docker run -i -e A=1 --env B -v /a:/b:ro --mount type=bind,src=/a,dst=/a --name n --network host img arg',
      'img',
      1,
    ],
    ['docker run -eA=1 -ie B=2 -itv /a:/b img', 'img', 1],
    ['docker run --env=A --memory=1g --init=false img', 'img', 1],
    ['docker run -i -- img', 'img', 1],
    ['docker run --pull always --platform linux/amd64 --gpus all img', 'img', 1],
    ['podman run --userns keep-id --replace --tls-verify=false img', 'img', 1],
    ['docker run --of-tomorrow=1 -i img', 'img', 1],
    ['docker run -i', null, 1],
    ['docker run', null, 1],
    ['docker run -e', null, 1],
    ['docker run --of-tomorrow x -i img', null, 1],
    ['docker run -iZ img', null, 1],
  ];
  for (const [line, image, optionsAt] of cases) {
    test(line, () => {
      const found = run(line);
      assert.deepEqual([found.image, found.optionsAt], [image, optionsAt]);
    });
  }
});

test('how the engine is reached stands before the command', () => {
  assert.equal(run('docker -H tcp://x:1 --tls container run a').globals, 3);
  assert.equal(run('docker run a').globals, 0);
});

test('what is not a run is left to itself', () => {
  for (const line of [
    'docker',
    'docker compose run -i web',
    'docker exec -i one node server.js',
    'docker start -ai run',
    'docker --version',
    'docker --of-tomorrow exec a',
    'podman pod create',
    'docker container ls',
  ]) {
    assert.equal(parse(line), null, line);
  }
});

test('behind a global option that is not known, "run" may be its value', () => {
  assert.deepEqual(parse('docker --of-tomorrow run -i a'), { unclear: '--of-tomorrow' });
  assert.deepEqual(parse('docker -Z run -i a'), { unclear: '-Z' });
});

describe('what is asked of the engine', () => {
  const said = (line: string) => {
    const { cidFile, saysInit, isRemoved, isInteractive, isDetached } = run(line);
    return [
      ...(cidFile === null ? [] : [`cid ${cidFile}`]),
      ...(saysInit ? ['init'] : []),
      ...(isRemoved ? ['rm'] : []),
      ...(isInteractive ? ['i'] : []),
      ...(isDetached ? ['d'] : []),
    ].join(' ');
  };
  const cases: readonly (readonly [line: string, said: string])[] = [
    ['docker run a -i --rm --init --cidfile f', ''],
    ['docker run -i --rm a', 'rm i'],
    ['docker run -ti --rm=true a', 'rm i'],
    ['docker run --interactive --rm=false a', 'i'],
    ['docker run -i=false a', ''],
    ['docker run -di a', 'i d'],
    ['docker run --detach=1 --init a', 'init d'],
    ['docker run --init=false a', 'init'],
    ['docker run --cidfile /tmp/f -i a', 'cid /tmp/f i'],
    ['docker run --cidfile=f --cidfile g a', 'cid g'],
    ['docker run -e --rm -h --init -i a', 'i'],
    ['docker run --name --rm a', ''],
    ['docker run -i --of-tomorrow --rm a', 'i'],
  ];
  for (const [line, expected] of cases)
    test(`${line}: ${expected || 'nothing'}`, () => assert.equal(said(line), expected));
});

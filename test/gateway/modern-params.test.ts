import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrongParams } from '../../src/gateway/modern-params.ts';
import { mirroredBy } from '../../src/session/tool-marks.ts';
import { Stage } from './modern-stage.ts';

const schema = {
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    limit: { type: 'integer', 'x-mcp-header': 'limit' },
    dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
    where: { type: 'object', properties: { zone: { type: 'string', 'x-mcp-header': 'Zone' } } },
    many: { type: 'array', items: { type: 'string', 'x-mcp-header': 'Item' } },
    other: { type: 'string' },
  },
};

test('each header says what its argument says, or nothing where there is none', () => {
  const cases: readonly (readonly [args: unknown, headers: Record<string, string>, isRight: boolean])[] = [
    [{ region: 'us' }, { 'mcp-param-region': 'us' }, true],
    [{ region: 'us' }, { 'mcp-param-region': 'eu' }, false],
    [{ region: 'us' }, {}, false],
    [{ region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8=?=' }, true],
    [{ region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8?=' }, false],
    [{ region: 'SGVsbG8=' }, { 'mcp-param-region': 'SGVsbG8=' }, true],
    [{ region: null }, {}, true],
    [{ region: null }, { 'mcp-param-region': 'null' }, false],
    [{}, { 'mcp-param-region': 'us' }, false],
    [{ limit: 42 }, { 'mcp-param-limit': '42' }, true],
    [{ limit: 42 }, { 'mcp-param-limit': '42.0' }, true],
    [{ limit: 0 }, { 'mcp-param-limit': '' }, false],
    [{ dry: false }, { 'mcp-param-dry': 'false' }, true],
    [{ dry: false }, { 'mcp-param-dry': 'true' }, false],
    [{ where: { zone: 'a' } }, { 'mcp-param-zone': 'a' }, true],
    [{ where: 5 }, {}, true],
    [undefined, {}, true],
    [undefined, { 'mcp-param-unknown': 'x' }, true],
  ];
  for (const [args, headers, isRight] of cases) {
    const refusal = wrongParams(mirroredBy(schema), args, headers);
    assert.equal(refusal?.code, isRight ? undefined : -32020, JSON.stringify([args, headers]));
  }
});

test('headers are checked by the list that a client was given, until the next', async t => {
  const stage = await Stage.open(t);
  let pages: Record<string, string> = {};
  stage.backend.answers = ({ value }) => {
    if (value.method === 'tools/call') return '"result":{"content":[]}';
    return `"result":{"tools":[${pages[String(value.params.cursor)] ?? ''}]}`;
  };
  const marked = (name: string) => JSON.stringify({ name, inputSchema: schema });
  const list = async (cursor?: string) => void (await (await stage.post('tools/list', { params: { cursor } })).text());
  const status = async (name: string) =>
    (await stage.post('tools/call', { params: { name, arguments: { region: 'us' } } })).status;

  assert.equal(await status('a'), 200, 'nobody has been told of a mark');
  pages = { undefined: `${marked('a')},{"name":"plain"}`, more: marked('b') };
  await list();
  await list('more');
  assert.deepEqual([await status('a'), await status('b'), await status('plain')], [400, 400, 200]);
  const headers = { 'mcp-param-region': 'us' };
  assert.equal(
    (await stage.post('tools/call', { params: { name: 'a', arguments: { region: 'us' } }, headers })).status,
    200,
  );
  pages = { undefined: '{"name":"a"}' };
  await list();
  assert.deepEqual([await status('a'), await status('b')], [200, 200]);
});

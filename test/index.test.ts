import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as surface from '../src/index.ts';
import { projectRoot } from './support/project-root.ts';

const values = ['ConfigError', 'HoldfastError', 'SupervisedStdioTransport', 'createManager'];

const types = [
  'CallToolResult',
  'Category',
  'ClientError',
  'Code',
  'Config',
  'ConfigIssue',
  'ConfigWarning',
  'ConfigurationStatus',
  'ContainmentStatus',
  'Endpoint',
  'Fault',
  'Handler',
  'HandlerContext',
  'Handlers',
  'Health',
  'HoldfastEvent',
  'InstanceStatus',
  'JsonRpcMessage',
  'ListenOptions',
  'Listed',
  'LogsStatus',
  'Manager',
  'ManagerOptions',
  'NetworkStatus',
  'ProcessServer',
  'Progress',
  'ReloadReport',
  'RemoteServer',
  'RequestOptions',
  'ServerConfig',
  'ServerOptions',
  'ServerState',
  'ServerStatus',
  'Site',
  'StopReport',
  'SupervisedStdioOptions',
  'SupervisionOptions',
];

test('the public surface is these names and no other', () => {
  assert.deepEqual(Object.keys(surface).sort(), values);
  const source = readFileSync(join(projectRoot(), 'src', 'index.ts'), 'utf8');
  const exported = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names = '']) => names.split(','));
  const names = exported.map(name => name.trim().replace(/^type /, '')).filter(Boolean);
  assert.deepEqual(names.sort(), [...values, ...types].sort());
});

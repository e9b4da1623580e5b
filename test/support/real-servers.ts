// Real servers from npm, as their users write them into a configuration; none of them needs the network or an account here.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import type { Manager } from '../../src/manager.ts';
import { projectRoot } from './project-root.ts';

export interface ToolCall {
  readonly tool: string;
  readonly args: object;
}

export interface RealServer {
  readonly name: string;
  readonly package: string;
  readonly protocolVersion: string;
  /** Its entry of `mcpServers`. */
  readonly entry: { readonly command: string; readonly args: string[]; readonly cwd: string; readonly env: object };
  /** Asks it something, and fails unless the answer is the right one. */
  ask(manager: Manager): Promise<void>;
  /** Calls to be under way when it is killed; the first one reports progress where `reportsProgress` says so. */
  readonly busy: readonly ToolCall[];
  readonly reportsProgress?: true;
}

/** Nobody listens on the discard port: a program that asks the registry gets no answer. */
const NO_REGISTRY = 'http://127.0.0.1:9/';

/**
 * All of them, at home in `folder`, which is filled with what they work on.
 *
 * @throws Error where the packages of tools/ are not installed: a test that skipped itself would have shown nothing.
 */
export async function realServers(folder: string, env: object): Promise<readonly RealServer[]> {
  const root = projectRoot();
  const tools = join(root, 'tools');
  if (!existsSync(join(tools, 'node_modules', '@eslint', 'mcp'))) {
    throw new Error('tools/node_modules is not installed: run "npm ci --prefix tools"');
  }
  await fill(folder);
  const at = (cwd: string, name: string, args: string[] = [], own: object = {}) => ({
    command: 'npx',
    args: ['-y', name, ...args],
    cwd,
    env: { ...env, npm_config_registry: NO_REGISTRY, npm_config_cache: join(folder, 'npm-cache'), ...own },
  });
  const note = join(folder, 'note.txt');
  const script = join(folder, 'script.js');
  const thought = { thought: 'hold', nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 2 };

  return [
    {
      name: 'everything',
      package: '@modelcontextprotocol/server-everything',
      protocolVersion: '2025-11-25',
      entry: at(root, '@modelcontextprotocol/server-everything'),
      ask: manager => answers(manager, 'everything', { tool: 'echo', args: { message: 'fast' } }, /Echo: fast/),
      busy: [
        { tool: 'trigger-long-running-operation', args: { duration: 1, steps: 10 } },
        { tool: 'echo', args: { message: 'slow' } },
      ],
      reportsProgress: true,
    },
    {
      name: 'filesystem',
      package: '@modelcontextprotocol/server-filesystem',
      protocolVersion: '2025-11-25',
      entry: at(root, '@modelcontextprotocol/server-filesystem', [folder]),
      ask: manager => answers(manager, 'filesystem', { tool: 'read_text_file', args: { path: note } }, /held fast/),
      busy: [
        { tool: 'list_directory', args: { path: folder } },
        { tool: 'move_file', args: { source: join(folder, 'absent'), destination: join(folder, 'moved') } },
      ],
    },
    {
      name: 'memory',
      package: '@modelcontextprotocol/server-memory',
      protocolVersion: '2025-11-25',
      entry: at(root, '@modelcontextprotocol/server-memory', [], { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') }),
      ask: manager => answers(manager, 'memory', { tool: 'read_graph', args: {} }, /Holdfast/),
      busy: [
        { tool: 'read_graph', args: {} },
        { tool: 'create_entities', args: { entities: [{ name: 'Late', entityType: 'test', observations: [] }] } },
      ],
    },
    {
      name: 'sequential-thinking',
      package: '@modelcontextprotocol/server-sequential-thinking',
      protocolVersion: '2025-11-25',
      entry: at(tools, '@modelcontextprotocol/server-sequential-thinking'),
      ask: manager =>
        answers(manager, 'sequential-thinking', { tool: 'sequentialthinking', args: thought }, /"totalThoughts": 2/),
      busy: [{ tool: 'sequentialthinking', args: thought }],
    },
    {
      name: 'github',
      package: '@modelcontextprotocol/server-github',
      protocolVersion: '2024-11-05',
      entry: at(tools, '@modelcontextprotocol/server-github'),
      // It checks the arguments before it asks GitHub, so that its own word can be had without an account.
      ask: manager => refuses(manager, 'github', { tool: 'get_issue', args: {} }, /Invalid input.*"repo"/s),
      busy: [{ tool: 'get_issue', args: {} }],
    },
    {
      name: 'eslint',
      package: '@eslint/mcp',
      protocolVersion: '2025-11-25',
      entry: at(tools, '@eslint/mcp'),
      ask: manager =>
        answers(manager, 'eslint', { tool: 'lint-files', args: { filePaths: [script] } }, /Unexpected var/),
      busy: [{ tool: 'lint-files', args: { filePaths: [script] } }],
    },
  ];
}

async function fill(folder: string): Promise<void> {
  await mkdir(join(folder, 'npm-cache'), { recursive: true });
  await writeFile(join(folder, 'note.txt'), 'held fast\n');
  await writeFile(join(folder, 'script.js'), 'var old = 1;\n');
  await writeFile(join(folder, 'eslint.config.mjs'), "export default [{ rules: { 'no-var': 'error' } }];\n");
  const entity = { type: 'entity', name: 'Holdfast', entityType: 'supervisor', observations: ['keeps its word'] };
  await writeFile(join(folder, 'memory.jsonl'), JSON.stringify(entity));
}

async function answers(manager: Manager, server: string, { tool, args }: ToolCall, expected: RegExp): Promise<void> {
  const result = await manager.callTool(server, tool, args);
  assert.notEqual(result.isError, true, JSON.stringify(result));
  assert.match(result.content.map(({ text }) => String(text)).join('\n'), expected);
}

async function refuses(manager: Manager, server: string, { tool, args }: ToolCall, expected: RegExp): Promise<void> {
  try {
    await manager.callTool(server, tool, args);
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'TOOL_CALL_FAILED') throw error;
    return assert.match(String(error.details.rpcMessage), expected);
  }
  assert.fail(`${server} answered without arguments`);
}

// Both generations of the official SDK under one set of verbs, so that one test serves for both.
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport as TransportV1 } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { SupervisedStdioTransport } from '../../src/transport.ts';

export interface CallHow {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { readonly progress: number }) => void;
}

export interface SdkClient {
  connect(transport: SupervisedStdioTransport): Promise<void>;
  connectTo(url: string, token: string | null): Promise<void>;
  close(): Promise<void>;
  serverName(): string | undefined;
  tools(): Promise<string[]>;
  /** The text of a tool's answer. */
  call(tool: string, args?: Record<string, unknown>, how?: CallHow): Promise<string>;
  setLogLevel(level: 'debug' | 'error'): Promise<unknown>;
  /** What the server told without being asked, in words. */
  readonly heard: string[];
}

const withToken = (token: string | null) =>
  token === null ? {} : { requestInit: { headers: { authorization: `Bearer ${token}` } } };

const INFO = { name: 'sdk-test', version: '1.2.3' };
const CAPABILITIES = { sampling: {}, elicitation: {} };
const sampled = {
  model: 'a model',
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'fine, thank you' },
};
const elicited = { action: 'accept' as const, content: { name: 'Ada' } };

const textOf = (result: unknown): string =>
  String((result as { content: { text?: unknown }[] }).content.map(({ text }) => text).join(''));

function v1(): SdkClient {
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES });
  const heard: string[] = [];
  client.setRequestHandler(CreateMessageRequestSchema, () => sampled);
  client.setRequestHandler(ElicitRequestSchema, () => elicited);
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push('tools changed'));
  client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void heard.push(`${params.level} ${params.logger}`),
  );
  return {
    heard,
    connect: transport => client.connect(transport),
    // Its own types disagree about what is undefined.
    connectTo: (url, token) => client.connect(new HttpV1(new URL(url), withToken(token)) as TransportV1),
    close: () => client.close(),
    serverName: () => client.getServerVersion()?.name,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, how = {}) => textOf(await client.callTool({ name, arguments: args }, undefined, how)),
    setLogLevel: level => client.setLoggingLevel(level),
  };
}

function v2(mode?: VersionNegotiationMode): SdkClient {
  const client = new ClientV2(INFO, {
    capabilities: CAPABILITIES,
    ...(mode === undefined ? {} : { versionNegotiation: { mode } }),
  });
  const heard: string[] = [];
  client.setRequestHandler('sampling/createMessage', () => sampled);
  client.setRequestHandler('elicitation/create', () => elicited);
  client.setNotificationHandler('notifications/tools/list_changed', () => void heard.push('tools changed'));
  client.setNotificationHandler(
    'notifications/message',
    ({ params }) => void heard.push(`${params.level} ${params.logger}`),
  );
  return {
    heard,
    connect: transport => client.connect(transport),
    connectTo: (url, token) => client.connect(new HttpV2(new URL(url), withToken(token))),
    close: () => client.close(),
    serverName: () => client.getServerVersion()?.name,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, how = {}) => textOf(await client.callTool({ name, arguments: args }, how)),
    setLogLevel: level => client.setLoggingLevel(level),
  };
}

export const sdkClients: readonly (readonly [name: string, create: () => SdkClient])[] = [
  ['sdk 1', v1],
  ['client 2', () => v2()],
  ['client 2 that asks for the stateless protocol first', () => v2('auto')],
];

/** Speaks the stateless protocol, or nothing. */
export const statelessClient = (): SdkClient => v2({ pin: '2026-07-28' });

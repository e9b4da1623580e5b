import { StdioClientTransport as TransportV2 } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { SupervisedStdioTransport } from '../../src/transport.ts';
import type { FixtureCommand } from './fixture.ts';

export interface StdioCommand extends FixtureCommand {
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/** The SDK's own transport for a command, of the generation that the client (as `sdkClients` calls it) belongs to. */
export function sdkStdio(client: string, command: StdioCommand): SupervisedStdioTransport {
  const how = { ...command, stderr: 'ignore' } as const;
  // The clients take any transport; the type is that of the one they are used with otherwise.
  return (client.startsWith('sdk 1')
    ? new TransportV1(how)
    : new TransportV2(how)) as unknown as SupervisedStdioTransport;
}

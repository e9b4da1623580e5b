import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import type { TestContext } from 'node:test';
import type { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { systemClock } from '../../src/process/clock.ts';
import { HttpClient } from '../../src/session/http-client.ts';
import { HttpServer } from '../fixtures/lib/http-server.ts';
import { eventually } from '../support/eventually.ts';

/** A client and the server that it speaks to. */
export interface Talk {
  readonly server: HttpServer;
  readonly client: HttpClient;
  readonly messages: string[];
  readonly noise: string[];
  readonly failed: { key: string | null; method: string | null; error: HoldfastError }[];
  readonly oversize: unknown[];
  readonly broken: Talk['failed'];
  readonly lost: HoldfastError[];
  /** Waits for so many messages in all. */
  heard(count: number): Promise<string[]>;
  gone(): Promise<HoldfastError>;
  /** Waits for a message of which it is not known what has become. */
  broke(): Promise<HoldfastError>;
}

export async function talk(
  t: TestContext,
  url: (server: HttpServer) => string = ({ url }) => url,
  started?: HttpServer,
): Promise<Talk> {
  const server = started ?? (await HttpServer.start());
  const broken: Talk['failed'] = [];
  const [messages, noise, failed, oversize, lost]: [string[], string[], Talk['failed'], unknown[], HoldfastError[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  const client = new HttpClient(
    {
      url: new URL(url(server)),
      headers: { Authorization: 'Bearer secret', Accept: 'nonsense' },
      agent: new Agent({ keepAlive: true }),
      clock: systemClock,
      maxMessageBytes: 100_000,
      maxQueue: 4,
    },
    {
      onMessage: ({ text }) => messages.push(text),
      onNoise: why => noise.push(why),
      onFailed: ({ key, method }, error) => failed.push({ key, method, error }),
      onOversize: message => oversize.push(message),
      onBroken: ({ key, method }, error) => broken.push({ key, method, error }),
      onLost: error => lost.push(error),
    },
  );
  t.after(async () => {
    await client.close(1_000);
    await eventually(() => server.connections === 0, { what: 'every socket to be closed' });
    await server.close();
  });
  const heard = async (count: number) => {
    await eventually(() => messages.length >= count, { what: `${count} messages` });
    return messages;
  };
  const gone = async () => {
    await eventually(() => lost.length > 0, { what: 'the end' });
    assert.equal(lost.length, 1);
    return lost[0] ?? assert.fail();
  };
  const broke = async () => {
    await eventually(() => broken.length > 0, { what: 'the break' });
    assert.deepEqual(lost, []);
    return broken[0]?.error ?? assert.fail();
  };
  return { server, client, messages, noise, failed, broken, oversize, lost, heard, gone, broke };
}

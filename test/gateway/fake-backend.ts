import type { Backend, BackendSession } from '../../src/gateway/backend.ts';
import { type CallOptions, requestOf } from '../../src/session/call.ts';
import { type RequestEnvelope, rawMember } from '../../src/session/json-text.ts';
import type { AttachedClient, ClientProfile } from '../../src/supervisor/attachment.ts';

/** One request that has come to the backend, to be answered by the test. */
export interface Asked {
  readonly text: string;
  readonly envelope: RequestEnvelope;
  readonly options: CallOptions;
  /** Answers with a raw result. */
  readonly answer: (resultRaw?: string) => void;
  readonly fail: (error: unknown) => void;
}

/** One client, as the backend sees it. */
export interface FakeClient {
  readonly profile: ClientProfile;
  /** To speak to it as a server would. */
  readonly client: AttachedClient;
  readonly asked: Asked[];
  readonly notified: string[];
  readonly responded: string[];
  readonly profiles: ClientProfile[];
  isClosed: boolean;
}

export type Respond = (asked: Asked, client: FakeClient) => void;

/** The other side of a front, in this process: says what a test lets it say. Without `respond`, each request waits for the test. */
export class FakeBackend implements Backend {
  readonly server: string | null;
  readonly clients: FakeClient[] = [];
  respond: Respond;
  initializeResult: () => Promise<string> = () => Promise.resolve(INITIALIZE_RESULT);

  constructor(server: string | null = 'files', respond: Respond = answerAll) {
    this.server = server;
    this.respond = respond;
  }

  get last(): FakeClient {
    const last = this.clients.at(-1);
    if (last === undefined) throw new Error('no client has come');
    return last;
  }

  open(profile: ClientProfile, client: AttachedClient): BackendSession {
    const fake: FakeClient = {
      profile,
      client,
      asked: [],
      notified: [],
      responded: [],
      profiles: [],
      isClosed: false,
    };
    this.clients.push(fake);
    return {
      initializeResult: () => this.initializeResult(),
      request: (message, options) =>
        new Promise((resolve, reject) => {
          const envelope = requestOf(message);
          const asked: Asked = {
            text: envelope.text,
            envelope,
            options,
            answer: (raw = '{}') => resolve(`{"jsonrpc":"2.0","id":${envelope.id.raw},"result":${raw}}`),
            fail: reject,
          };
          options.signal?.addEventListener('abort', () => reject(new Error('cancelled')));
          fake.asked.push(asked);
          this.respond(asked, fake);
        }),
      notify: text => void fake.notified.push(text),
      respond: text => fake.responded.push(text) > 0,
      setProfile: changed => void fake.profiles.push(changed),
      close: () => {
        fake.isClosed = true;
      },
    };
  }
}

const INITIALIZE_RESULT =
  '{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"x":12345678901234567890},"serverInfo":{"name":"fake","version":"1.0"}}';

/** Answers with what was asked. */
const answerAll: Respond = asked =>
  asked.answer(asked.envelope.method === 'tools/list' ? TOOLS : (rawMember(asked.envelope, ['params'])?.raw ?? '{}'));

const TOOLS = '{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}';

// One life of a fixture, with just enough of a client to shake hands and call: for tests of what is below the session.
import { systemClock } from '../../src/process/clock.ts';
import type { OversizeLine } from '../../src/process/framing.ts';
import { type Exit, type Life, launch } from '../../src/process/launch.ts';
import type { LaunchPlan } from '../../src/process/launch-plan.ts';
import { shutDown } from '../../src/process/shutdown.ts';
import { eventually } from './eventually.ts';
import { fixture } from './fixture.ts';
import { noKeeper } from './keeper.ts';
import type { Sandbox } from './leak-check.ts';

/** What a life has told its listener, in order of arrival. */
export interface Heard {
  readonly lines: string[];
  readonly stderr: string[];
  readonly noise: string[];
  readonly oversize: OversizeLine[];
  /** `lost CODE` and `exit CODE SIGNAL`, as they came. */
  readonly ends: string[];
}

export interface Lived extends Heard {
  readonly life: Life;
  ask(method: string, params?: object): Promise<{ readonly result?: unknown }>;
  /** The text of a tool's answer. */
  call(tool: string, args?: object): Promise<string>;
}

/** How a command is started in a sandbox, with nothing resolved. */
export function planOf(sandbox: Sandbox, command: string, args: readonly string[]): LaunchPlan {
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  return {
    file: command,
    args,
    env: { ...env, ...sandbox.env },
    cwd: sandbox.folder,
    launch: 'as-written',
    why: 'a test',
    mayDownload: false,
    withheld: [],
  };
}

/** Starts a plan; it is killed after the test where the test has not ended it. */
export async function live(
  sandbox: Sandbox,
  plan: LaunchPlan,
  maxMessageBytes = 1_000_000,
): Promise<Heard & { life: Life }> {
  const heard: Heard = { lines: [], stderr: [], noise: [], oversize: [], ends: [] };
  const isMessage = (text: string) => text.startsWith('{"jsonrpc"') || text.startsWith('{"id"');
  const life = await launch(
    plan,
    { server: 'fixture', priority: 'normal', maxMessageBytes, maxQueue: 16, clock: systemClock, keeper: noKeeper },
    {
      onLine: bytes => {
        const text = bytes.toString('utf8');
        if (isMessage(text)) heard.lines.push(text);
        return isMessage(text);
      },
      onOversize: line => heard.oversize.push(line),
      onOutput: (stream, lines) => (stream === 'stderr' ? heard.stderr : heard.noise).push(...lines),
      onPlan: () => {},
      onNotice: text => heard.noise.push(text),
      onLost: cause => heard.ends.push(`lost ${cause.code}`),
      onExit: ({ code, signal }: Exit) => heard.ends.push(`exit ${code} ${signal}`),
    },
  );
  sandbox.later(() => shutDown(life, { drainMs: 0, graceMs: 0, clock: systemClock, hasten: AbortSignal.abort() }));
  return { life, ...heard };
}

/** Starts a fixture and shakes hands with it. */
export async function begin(sandbox: Sandbox, name: string, args: readonly string[] = []): Promise<Lived> {
  const { command, args: all } = fixture(name, ...args);
  const lived = await live(sandbox, planOf(sandbox, command, all));
  let lastId = 0;
  const ask: Lived['ask'] = async (method, params = {}) => {
    lastId += 1;
    const id = lastId;
    lived.life.stdin.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const isAnswer = (line: string) => (JSON.parse(line) as { id?: unknown }).id === id;
    const answer = await eventually(() => lived.lines.find(isAnswer) ?? '', { what: `the answer to ${method}` });
    return JSON.parse(answer) as { result?: unknown };
  };
  await ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  });
  lived.life.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  const call: Lived['call'] = async (tool, args = {}) => {
    const { result } = await ask('tools/call', { name: tool, arguments: args });
    return String((result as { content: { text: unknown }[] }).content[0]?.text);
  };
  return { ...lived, ask, call };
}

import { urlToHttpOptions } from 'node:url';
import { readHolder } from '../../daemon/instance-lock.ts';
import { readToken } from '../../daemon/token.ts';
import { ConfigError } from '../../errors/config-error.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { rpcErrorOf } from '../../errors/rpc-error.ts';
import { Bridge } from '../../gateway/bridge.ts';
import { StdioPort } from '../../gateway/stdio-port.ts';
import { systemClock } from '../../process/clock.ts';
import { firstOf } from '../../process/wait.ts';
import { type Cli, note, redactUnknown } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { listenToEnds } from '../interrupts.ts';
import { KNOCK_MS, knock } from '../knock.ts';
import { findConfig, shortPath } from '../places.ts';
import { renderError } from '../render/error.ts';
import { plainTheme } from '../render/theme.ts';
import { managerDir } from '../running-manager.ts';
import { Connection, type Managers } from '../stdio/connection.ts';
import { farError } from '../stdio/far-error.ts';
import { flushed } from '../stdio/flushed.ts';
import { knownOf, openHost } from '../stdio/host.ts';
import { readLines } from '../stdio/lines.ts';
import { StderrTeller } from '../stdio/tell.ts';
import { unableError } from '../stdio/unable-error.ts';
import { UsageError } from '../usage-error.ts';

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** A client that has closed our stdin may still wait for answers; so long at most. */
const LAST_ANSWERS_MS = 2_000;
/** And so long for what it has not read. */
const LAST_WORDS_MS = 500;

/**
 * The gateway for one client, on stdin and stdout: through the manager of the state folder, or one inside this process where there is
 * none, until the client closes stdin or a signal comes.
 *
 * @throws ConfigError where a manager is to be run and its configuration is wrong; the client's first request has been answered with it
 */
export async function connect(cli: Cli, url: string | undefined): Promise<ExitCode> {
  const end = new Ending();
  const managers = url === undefined ? await ofStateFolder(cli, end).catch(none) : atUrl(cli, url, end);
  let isStdinOver = false;
  const teller = new StderrTeller(cli.stderr, redactUnknown);
  const notice = (text: string): void => teller.say(redactUnknown(text));
  const bridge: Bridge = new Bridge({
    clock: systemClock,
    send: text => port.send(text),
    offer: text => port.offer(text),
    explain: error => rpcErrorOf(url === undefined ? error : farError(error, url), redactUnknown, true),
    onLost: (error, loss) => connection.lost(error, loss),
    notice,
  });
  const port: StdioPort = new StdioPort({
    input: cli.stdin,
    output: cli.stdout,
    maxLineBytes: MAX_MESSAGE_BYTES,
    onMessage(envelope) {
      bridge.take(envelope);
      if (bridge.inFlight > 0) connection.asked();
    },
    onGone: () => end.begin(false),
  });
  const connection: Connection = new Connection({
    clock: systemClock,
    managers,
    bridge,
    isAwaited: () => bridge.inFlight > 0 || isStdinOver || cli.stdin.isTTY === true,
    explain: cause => unableError(cause, redactUnknown),
    maxMessageBytes: MAX_MESSAGE_BYTES,
    onUnable(error, isFirst) {
      if (isFirst) return end.fail(error);
      const how = { theme: plainTheme, redact: redactUnknown, isDebug: false, shorten: shorten(cli) };
      for (const line of renderError(error, how)) notice(line);
    },
    onAway: ({ message }) => notice(`cannot reach ${originOf(url)} (${message}), trying again`),
    onFail: error => end.fail(error),
  });
  const ends = listenToEnds({
    stop: () => end.begin(bridge.inFlight > 0),
    hasten: () => connection.hasten(),
    fail: error => end.fail(error),
  });
  const framing = {
    maxBytes: MAX_MESSAGE_BYTES,
    onLine: (line: Buffer) => port.line(line),
    onOversize: (line: Parameters<StdioPort['longLine']>[0]) => port.longLine(line),
  };
  const lines = readLines(cli.stdin, framing, () => {
    isStdinOver = true;
    connection.asked();
    void firstOf(systemClock, LAST_ANSWERS_MS, bridge.answered(), end.begun).then(() => end.begin(false));
  });
  if (cli.stdin.isTTY) note(cli, 'holdfast: waits for an MCP client on stdin; Ctrl-D ends it');
  try {
    connection.start();
    await end.begun;
    await bridge.end();
    const survivors = await connection.leave();
    const code = end.exitCode(survivors);
    // What a client never reads would keep us here for ever.
    if (!(await flushed(cli.stdout, LAST_WORDS_MS))) process.exit(code);
    return code;
  } finally {
    await bridge.end();
    await connection.leave();
    lines[Symbol.dispose]();
    cli.stdin.destroy();
    ends[Symbol.dispose]();
  }
}

/** The manager that holds the state folder, or one of our own. */
async function ofStateFolder(cli: Cli, end: Ending): Promise<Managers> {
  const stateDir = await managerDir(cli);
  return {
    areFar: false,
    async find() {
      const holder = await readHolder(stateDir);
      const known = holder === null ? null : knownOf(holder);
      if (known?.url != null) await refuseSilent(known.url, holder?.pid ?? null, end);
      return known;
    },
    host: onShutdown =>
      openHost(cli, { configFile: findConfig(cli), stateDir, onShutdown, onFail: error => end.fail(error) }),
    token: async () => cli.env.HOLDFAST_TOKEN || (await readToken(stateDir)),
  };
}

/** Without a configuration there is no manager; the client learns it as it learns of one that is wrong. */
function none(error: unknown): Managers {
  if (!(error instanceof ConfigError) && !(error instanceof UsageError)) throw error;
  return { areFar: false, find: async () => null, host: () => Promise.reject(error), token: async () => null };
}

/** The one that was named, wherever it runs. */
function atUrl(cli: Cli, url: string, end: Ending): Managers {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError(`"${url}" is no address of a manager`, 'write it as http://HOST:PORT/mcp');
  }
  return {
    areFar: true,
    async find() {
      await refuseSilent(url, null, end);
      return { key: url, url, isGuest: false };
    },
    host: () => Promise.reject(new HoldfastError('CONNECTION_NO_MANAGER')),
    token: async () => cli.env.HOLDFAST_TOKEN || null,
  };
}

/** @throws HoldfastError CONNECTION_MANAGER_SILENT; any other trouble at the address shows when it is joined */
async function refuseSilent(url: string, pid: number | null, end: Ending): Promise<void> {
  const gone = new AbortController();
  void end.begun.then(() => gone.abort());
  try {
    await knock(urlToHttpOptions(new URL(url)), pid, KNOCK_MS, gone.signal);
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
  }
}

/** What else is in an address may be a secret. */
const originOf = (url = ''): string => new URL(url).origin;

/** Why and how it ends: the first reason wins. */
class Ending {
  readonly begun: Promise<void>;
  #begin: () => void = () => undefined;
  #isCutOff: boolean | null = null;
  #error: { readonly cause: unknown } | null = null;

  constructor() {
    this.begun = new Promise(resolve => {
      this.#begin = resolve;
    });
  }

  begin(isCutOff: boolean): void {
    this.#isCutOff ??= isCutOff;
    this.#begin();
  }

  fail(cause: unknown): void {
    this.#error ??= { cause };
    this.begin(false);
  }

  /** @throws what has ended it */
  exitCode(survivors: readonly number[]): ExitCode {
    if (this.#error !== null) throw this.#error.cause;
    if (survivors.length > 0) return EXIT.failed;
    return this.#isCutOff === true ? EXIT.interrupted : EXIT.done;
  }
}

const shorten =
  ({ cwd }: Cli) =>
  (path: string): string =>
    shortPath(path, cwd);

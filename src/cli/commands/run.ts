import { redactSecrets } from '../../errors/redact.ts';
import { rpcErrorOf } from '../../errors/rpc-error.ts';
import { serveStdio } from '../../gateway/serve-stdio.ts';
import { singleBackend } from '../../gateway/single.ts';
import { startedByClient } from '../../gateway/started-by-client.ts';
import { timedAttachment } from '../../gateway/timed-attachment.ts';
import { HoldfastManager } from '../../manager.ts';
import { systemClock } from '../../process/clock.ts';
import { firstOf } from '../../process/wait.ts';
import type { AttachedClient, ClientProfile } from '../../supervisor/attachment.ts';
import { type Cli, note } from '../context.ts';
import { End } from '../end.ts';
import type { ExitCode } from '../exit-codes.ts';
import { listenToEnds } from '../interrupts.ts';
import { logTo } from '../log-to.ts';
import { logDirOf, runDir } from '../places.ts';
import { flushed } from '../stdio/flushed.ts';
import { readLines } from '../stdio/lines.ts';
import { refuseClient } from '../stdio/refuse-client.ts';
import { runConfig, secretsIn } from '../stdio/run-config.ts';
import { StderrTeller } from '../stdio/tell.ts';

/** A client that has closed our stdin may still wait for answers; so long at most. */
const LAST_ANSWERS_MS = 2_000;
/** And so long for what it has not read. */
const LAST_WORDS_MS = 500;

/**
 * One server, supervised, on stdin and stdout, until the client closes stdin or a signal comes. A server that cannot be started is no
 * reason to end: the client would start us again and again, and is told by the answer to its first request.
 *
 * @throws ConfigError for what is wrong with a configuration that is named; the client's first request has been answered with it
 */
export async function runServer(cli: Cli, command: readonly string[]): Promise<ExitCode> {
  const config = await runConfig(cli, command).catch(async (error: unknown) => {
    await refuseClient(cli, error);
    throw error;
  });
  const [server] = config.servers;
  if (server === undefined) throw new TypeError('the configuration has no server');
  const secrets = secretsIn(cli.env);
  const redact = redactSecrets(secrets);
  const stateDir = runDir(cli);
  const how = { env: cli.env, stateDir, logDir: logDirOf(stateDir), secrets, containHost: true };
  const manager = new HoldfastManager(config, how, true);
  const end = new End(manager);
  const teller = new StderrTeller(cli.stderr, redact);
  const { name, options } = server;
  const attach = (...client: [ClientProfile, AttachedClient]) =>
    timedAttachment(manager.attach(name, ...client), () => options.callTimeoutMs, systemClock);
  const client = serveStdio({
    backend: startedByClient(singleBackend({ name, tools: options.tools, attach }), () => {
      manager.start().catch((error: unknown) => end.fail(error));
    }),
    clock: systemClock,
    input: cli.stdin,
    output: cli.stdout,
    maxLineBytes: options.maxMessageBytes,
    onGone: () => end.begin(),
    // Whoever starts us reads our stderr, too.
    explain: error => rpcErrorOf(error, redact, true),
    notice: text => teller.say(redact(text)),
  });
  const ends = listenToEnds({
    stop: () => end.begin(client.inFlight > 0),
    hasten: () => end.hasten(),
    fail: error => end.fail(error),
  });
  if (cli.options.logLevel === undefined) manager.onEvent(teller.listener);
  const endLog = await logTo(cli, manager, redact);
  const framing = {
    maxBytes: options.maxMessageBytes,
    onLine: (line: Buffer) => client.line(line),
    onOversize: client.longLine,
  };
  const lines = readLines(cli.stdin, framing, () => {
    void firstOf(systemClock, LAST_ANSWERS_MS, client.answered(), end.begun).then(() => end.begin());
  });
  if (cli.stdin.isTTY) note(cli, `holdfast: "${name}" waits for an MCP client on stdin; Ctrl-D ends it`);
  try {
    await end.begun;
    client.close();
    const { survivors } = await manager.close();
    const code = end.exitCode(survivors);
    // What a client never reads would keep us here for ever.
    if (!(await flushed(cli.stdout, LAST_WORDS_MS))) process.exit(code);
    return code;
  } finally {
    await manager.close();
    endLog();
    lines[Symbol.dispose]();
    cli.stdin.destroy();
    ends[Symbol.dispose]();
  }
}

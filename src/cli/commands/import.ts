import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { CLIENTS, type ClientId, type Found } from '../../config/clients/client.ts';
import { mergeServers, type Planned } from '../../config/clients/merge.ts';
import { setMember } from '../../config/jsonc-edit.ts';
import { gatewaySchema } from '../../config/schema.ts';
import { formatIssue } from '../../errors/config-error.ts';
import { nearest } from '../../errors/nearest.ts';
import { os } from '../../platform/platform.ts';
import { type Answer, ask } from '../ask.ts';
import {
  type ConfigFile,
  openConfigFile,
  placeOfConfig,
  saveConfigFile,
  upCommand,
  watcherOf,
} from '../config-file.ts';
import { type Cli, note, print, printJson, redactUnknown } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Change, changesOf, gatewayOf, mainPath, type Outcome, rewireFiles } from '../import/rewire-files.ts';
import { lookedLines, surveyLines } from '../import/show.ts';
import { beforeRewire, changeLines, outcomeLines, undoneLines } from '../import/show-rewire.ts';
import { type Survey, surveyClients } from '../import/survey.ts';
import { undoRewire } from '../import/undo.ts';
import { shortPath } from '../places.ts';
import { count } from '../render/units.ts';
import { UsageError } from '../usage-error.ts';

export interface ImportWish {
  /** Clients; none means all. */
  readonly from: readonly string[];
  readonly to?: string | undefined;
  readonly isYes: boolean;
  readonly isDry: boolean;
  readonly isRewire: boolean;
  readonly isUndo: boolean;
  readonly isForced: boolean;
  readonly isKeeping: boolean;
}

/** Takes over the servers of the clients on this machine, and with `isRewire` puts Holdfast in their place there. */
export async function importServers(cli: Cli, wish: ImportWish): Promise<ExitCode> {
  if (wish.isUndo && wish.isRewire)
    throw new UsageError('--rewire and --undo contradict each other', 'say one of them');
  if (wish.isUndo) return undo(cli, wish);
  if (wish.isForced || wish.isKeeping)
    throw new UsageError('--force and --keep-changes are for --undo', 'say --undo, or leave them out');
  const only = wish.from.map(clientOf);
  const file = await openConfigFile(cli, placeOfConfig(cli, wish.to ?? cli.options.config));
  const ports = [gatewaySchema.parse(undefined).port, ...file.ports].filter(port => port > 0);
  const world = { os, env: cli.env, home: homedir(), cwd: cli.cwd, main: mainPath, ports };
  const survey = await surveyClients(world, only, file.real);
  const found = survey.files.flatMap(read => read.found);
  const planned = mergeServers(found, file.servers, { folder: dirname(file.path), os });
  for (const issue of survey.problems) note(cli, formatIssue({ ...issue, file: shortPath(issue.file, cli.cwd) }));
  if (!cli.options.json)
    print(cli, found.length === 0 ? lookedLines(survey.looked, cli) : surveyLines(cli, survey, planned));
  const result = await carryOut(cli, wish, file, survey, planned);
  if (cli.options.json) printJson(cli, asJson(file, survey, planned, result));
  const hasFailed = survey.problems.length > 0 || result.outcomes.some(({ reason }) => reason !== null);
  if (result.answer === 'interrupted') return EXIT.interrupted;
  return hasFailed || result.answer === 'no' ? EXIT.failed : EXIT.done;
}

interface Result {
  readonly isWritten: boolean;
  /** What was answered to the last question. */
  readonly answer: Answer;
  readonly changes: readonly Change[];
  readonly outcomes: readonly Outcome[];
}

async function carryOut(
  cli: Cli,
  wish: ImportWish,
  file: ConfigFile,
  survey: Survey,
  planned: readonly Planned[],
): Promise<Result> {
  const fresh = planned.filter(({ isKnown }) => !isKnown);
  const changes = wish.isRewire ? changesOf(survey.files, planned, gatewayOf(cli, file.path)) : [];
  const nothing: Result = { isWritten: false, answer: 'yes', changes, outcomes: [] };
  const say = (lines: readonly string[]): void => {
    if (!cli.options.json) print(cli, lines);
  };
  if (wish.isDry) {
    if (changes.length > 0) say(['', ...changeLines(cli, changes)]);
    return nothing;
  }
  if (fresh.length > 0) {
    const where = `${shortPath(file.path, cli.cwd)}${file.isNew ? ' (a new file)' : ''}`;
    const answer = await ask(cli, `Write ${count(fresh.length, 'server')} to ${where}?`, wish.isYes);
    if (answer !== 'yes') return refusal(cli, { ...nothing, answer });
    const text = fresh.reduce((all, { name, entry }) => setMember(all, [file.key, name], entry), file.text);
    await saveConfigFile(cli, file, text, true);
    say([`wrote ${count(fresh.length, 'server')} to ${shortPath(file.path, cli.cwd)}`]);
  }
  let outcomes: readonly Outcome[] = [];
  if (changes.length > 0) {
    say(['', ...changeLines(cli, changes), ...beforeRewire(cli, changes, planned)]);
    const question = `Rewire ${count(changes.length, 'file')}?`;
    const answer = await ask(cli, question, wish.isYes);
    if (answer !== 'yes') return refusal(cli, { ...nothing, isWritten: fresh.length > 0, answer });
    outcomes = await rewireFiles(cli, changes, new Date());
    say(outcomeLines(cli, outcomes));
  }
  if (planned.length > 0 && !cli.options.json) await tellNext(cli, wish, file);
  return { isWritten: fresh.length > 0, answer: 'yes', changes, outcomes };
}

function refusal(cli: Cli, result: Result): Result {
  note(cli, result.isWritten ? 'no client was rewired' : 'nothing was written');
  return result;
}

async function tellNext(cli: Cli, { isRewire }: ImportWish, file: ConfigFile): Promise<void> {
  const manager = await watcherOf(cli, file);
  if (manager !== null) note(cli, `the manager that runs (pid ${manager}) takes it up by itself`);
  else note(cli, `next: ${upCommand(cli, file.path)}`);
  if (isRewire) note(cli, 'then start the clients again; "holdfast import --undo" brings back their files');
  else note(cli, 'to have the clients use it: holdfast import --rewire');
}

async function undo(cli: Cli, { isForced, isKeeping, isDry }: ImportWish): Promise<ExitCode> {
  if (isForced && isKeeping)
    throw new UsageError('--force and --keep-changes contradict each other', 'say one of them');
  const changed = isForced ? 'replace' : isKeeping ? 'keep' : 'leave';
  const undone = await undoRewire(cli, changed, isDry, new Date());
  if (cli.options.json) printJson(cli, { undone, dryRun: isDry });
  else print(cli, undoneLines(cli, undone, isDry));
  return undone.some(({ outcome }) => outcome === 'refused') ? EXIT.failed : EXIT.done;
}

function clientOf(name: string): ClientId {
  const ids = Object.keys(CLIENTS) as ClientId[];
  const id = ids.find(candidate => candidate === name.toLowerCase());
  if (id !== undefined) return id;
  const close = nearest(name, ids);
  throw new UsageError(
    `there is no client ${JSON.stringify(name)}`,
    close === undefined ? `it is one of ${ids.join(', ')}` : `did you mean "${close}"?`,
  );
}

/** Commands whole, for whoever decides; of variables and headers the names alone. */
function asJson(file: ConfigFile, survey: Survey, planned: readonly Planned[], result: Result): object {
  const place = ({ from, path }: Found): object => ({
    client: from.client,
    project: from.project,
    file: from.file,
    path,
  });
  const left = survey.files.flatMap(({ found }) => found.filter(({ entry }) => entry === null));
  return {
    file: file.path,
    created: file.isNew && result.isWritten,
    written: result.isWritten,
    servers: planned.map(({ name, entry, isKnown, from, needs, notes }) => ({
      name,
      isNew: !isKnown,
      from: from.map(place),
      command: entry.command === undefined ? null : [entry.command, ...(entry.args ?? [])],
      cwd: entry.cwd ?? null,
      url: entry.url === undefined ? null : redactUnknown(entry.url),
      env: Object.keys(entry.env ?? {}),
      headers: Object.keys(entry.headers ?? {}),
      disabled: entry.disabled === true,
      needs,
      notes,
    })),
    left: left.map(one => ({ name: one.name, ...place(one), reason: one.reason, isHoldfast: one.isSelf })),
    looked: survey.looked.map(({ client, file: path }) => ({ client, file: path })),
    problems: survey.problems,
    changes: result.changes.map(({ read, replaced, result: to }) => ({
      client: read.from.client,
      file: read.from.file,
      removes: replaced.map(({ path }) => path),
      adds: to?.added ?? [],
    })),
    rewired: result.outcomes.map(({ change, backup, reason }) => ({ file: change.read.from.file, backup, reason })),
  };
}

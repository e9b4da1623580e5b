import type { StatusReport } from '../../daemon/control-routes.ts';
import { type ConfigIssue, formatIssue } from '../../errors/config-error.ts';
import type { ServerStatus } from '../../supervisor/status.ts';
import { configurationLines } from './configuration-lines.ts';
import { asWhole } from './instance-lines.ts';
import { markOf, serverDetails } from './server-block.ts';
import { oneLine, widthOf, wrapWhole } from './text.ts';
import { type Theme, type Tone, toneOfState } from './theme.ts';
import { count, uptime } from './units.ts';

/** Everything that `holdfast` alone tells. */
export interface Home {
  /** `holdfast 1.0.0`. */
  readonly title: string;
  /** The configuration that a command means here; null where there is none. */
  readonly config: {
    /** As people would write it here. */
    readonly file: string;
    readonly path: string;
    readonly servers: number;
    readonly issues: readonly ConfigIssue[];
  } | null;
  readonly managers: readonly {
    readonly report: StatusReport;
    /** It runs inside a client's `connect`. */
    readonly isGuest: boolean;
    /** Its configuration, as people would write it here. */
    readonly name: string;
    readonly dashboard: string | null;
    /** How a command that means it is written here. */
    readonly command: (words: string) => string;
    /** It runs the configuration of here. */
    readonly isHere: boolean;
  }[];
  /** Managers that are there and cannot be asked. */
  readonly silent: readonly { readonly message: string; readonly hint: string }[];
  /** Wall-clock milliseconds. */
  readonly now: number;
}

type Manager = Home['managers'][number];

/** More of them are counted: it is one screen. */
const MOST_SERVERS = 5;
const MOST_ISSUES = 3;
const INDENT = '    ';

interface Place {
  readonly width: number;
  readonly theme: Theme;
  readonly now: number;
}

/** One screen: what runs, what is wrong and why, and the next useful command, which is its last lines. */
export function renderHome(home: Home, width: number, theme: Theme): string[] {
  const { title, managers, silent, now } = home;
  const place = { width, theme, now };
  const blocks = [
    ...silent.map(trouble => silentBlock(trouble, place)),
    ...managers.map(manager => managerBlock(manager, place)),
    hereBlock(home, place),
    nextBlock(home, place),
  ].filter(block => block.length > 0);
  return [`${theme.strong(title)}  ${headline(home, theme)}`, ...blocks.flatMap(block => ['', ...block])];
}

function headline(home: Home, theme: Theme): string {
  const { managers, silent } = home;
  const wrong = troublesOf(managers) + silent.length + mistakesHere(home).length;
  if (wrong > 0) return theme.bad(count(wrong, 'problem'));
  if (managers.length === 0) return 'nothing is running';
  return isSettling(managers) ? theme.warn('servers are on their way') : theme.good('all is well');
}

const isSettling = (managers: readonly Manager[]): boolean =>
  managers.some(({ report }) => report.servers.some(({ state }) => state === 'starting' || state === 'stopping'));

const troublesOf = (managers: readonly Manager[]): number =>
  managers.reduce((sum, { report }) => sum + report.servers.filter(isInTrouble).length + configTroubles(report), 0);

/** Why nobody should go back to bed. A server that somebody has stopped, or that is just starting, is none. */
function isInTrouble(server: ServerStatus): boolean {
  const { state, health } = asWhole(server);
  if (state === 'failed' || state === 'backoff' || server.survivors.length > 0) return true;
  return state === 'ready' && toneOfState(state, health) !== 'good';
}

/** An older manager does not tell of its configuration. */
function configTroubles({ manager }: StatusReport): number {
  return (manager.configuration?.problems.length ?? 0) + (manager.configuration?.pending.length ?? 0);
}

/** Mistakes of the configuration that is here; none where the manager that runs it tells of them already. */
function mistakesHere({ config, managers }: Home): readonly ConfigIssue[] {
  const isTold = managers.some(
    ({ isHere, report }) => isHere && (report.manager.configuration?.problems.length ?? 0) > 0,
  );
  return isTold ? [] : (config?.issues ?? []);
}

function silentBlock({ message, hint }: Home['silent'][number], { width, theme }: Place): string[] {
  return [...wrapWhole(`✗ ${message}`, width).map(line => theme.bad(line)), ...advice(hint, { width, theme })];
}

function managerBlock({ report, isGuest, name, dashboard, command }: Manager, place: Place): string[] {
  const { width, theme, now } = place;
  const { manager, servers } = report;
  const wrong = servers.filter(isInTrouble);
  const notes =
    manager.configuration === undefined ? [] : configurationLines(manager.configuration, width - INDENT.length, theme);
  const tone =
    wrong.length + configTroubles(report) > 0 ? 'bad' : isSettling([{ report } as Manager]) ? 'warn' : 'good';
  const facts = [readyOf(servers), `up ${uptime(manager.uptimeMs)}`, ...(isGuest ? ['in a "holdfast connect"'] : [])];
  const where = [
    ['endpoint', manager.url],
    ['dashboard', dashboard],
  ] as const;
  const shown = wrong.slice(0, MOST_SERVERS);
  return [
    ...wrapWhole(`${oneLine(name)}  ${facts.join(', ')}`, width - 2).map(
      (line, index) => `${index === 0 ? theme[tone](tone === 'bad' ? '✗' : '●') : ' '} ${line}`,
    ),
    ...where.flatMap(([what, text]) => (text === null ? [] : [`${INDENT}${theme.dim(what.padEnd(11))}${text}`])),
    ...notes.map(line => INDENT + line),
    ...shown.flatMap(server => ['', ...troubleLines(server, { width, theme, now, command })]),
    ...(wrong.length === shown.length
      ? []
      : ['', theme.dim(`… and ${wrong.length - shown.length} more: ${command('status')}`)]),
  ];
}

/** `2 of 3 ready, 1 stopped`: at rest until it is called is as good as ready, and what somebody has stopped is not missed. */
function readyOf(servers: readonly ServerStatus[]): string {
  const wanted = servers.filter(({ desired }) => desired !== 'down');
  const ready = wanted.filter(
    ({ state, desired }) => state === 'ready' || (state === 'stopped' && desired === 'onDemand'),
  );
  const others = ['starting', 'stopped'].flatMap(state => {
    const number = servers.filter(server => server.state === state && !ready.includes(server)).length;
    return number === 0 ? [] : [`${number} ${state}`];
  });
  if (servers.length === 0) return 'no servers';
  return [`${ready.length} of ${count(wanted.length, 'server')} ready`, ...others].join(', ');
}

function troubleLines(
  server: ServerStatus,
  { width, theme, now, command }: Place & Pick<Manager, 'command'>,
): string[] {
  const { state, health } = asWhole(server);
  const tone: Tone = server.survivors.length > 0 ? 'bad' : toneOfState(state, health);
  const words = state === 'ready' ? health : state;
  return [
    theme[tone](`${markOf(state, health)} ${oneLine(server.name)}  ${words}`),
    ...serverDetails(server, { width, now, isWhole: true, command }, theme),
  ];
}

/** The configuration that is here and does not run, or is wrong. */
function hereBlock(home: Home, { width, theme }: Place): string[] {
  const { config, managers } = home;
  if (config === null) return managers.length > 0 ? [] : ['there is no configuration yet'];
  const issues = mistakesHere(home);
  if (issues.length > 0) {
    const shown = issues.slice(0, MOST_ISSUES);
    const more = issues.length - shown.length;
    return [
      theme.bad(`✗ ${oneLine(config.file)} has ${count(issues.length, 'mistake')}`),
      ...shown.flatMap(issue =>
        wrapWhole(oneLine(formatIssue(issue)), width - INDENT.length).map(line => INDENT + line),
      ),
      ...(more === 0 ? [] : [INDENT + theme.dim(`and ${more} more`)]),
    ];
  }
  if (managers.some(({ isHere }) => isHere)) return [];
  return [`${oneLine(config.file)} has ${count(config.servers, 'server')}, and no manager runs it`];
}

/** The next useful commands, the first one first. */
function nextBlock(home: Home, { width, theme }: Place): string[] {
  const lines = nextCommands(home);
  const column = Math.max(...lines.map(([command]) => widthOf(command))) + 2;
  return lines.flatMap(([command, what], index) => {
    const head = `${theme.dim(index === 0 ? 'next  ' : '      ')}${theme.strong(command)}`;
    if (6 + column + widthOf(what) > width) return [head];
    return [`${head}${' '.repeat(column - widthOf(command))}${theme.dim(what)}`];
  });
}

function nextCommands({ config, managers, silent }: Home): (readonly [command: string, what: string])[] {
  const help = ['holdfast --help', 'everything else'] as const;
  const refused = managers.find(({ report }) => configTroubles(report) > 0);
  const isMistaken = config !== null && config.issues.length > 0;
  const check = isMistaken ? 'holdfast config check' : refused?.command('config check');
  const mistakes = check === undefined ? [] : [[check, 'every mistake at its line'] as const];
  const ill = managers.find(({ report }) => report.servers.some(isInTrouble));
  const server = ill?.report.servers.find(isInTrouble);
  if (ill !== undefined && server !== undefined) {
    return [
      ...mistakes,
      [ill.command(`logs ${oneLine(server.name)}`), 'what it has said'],
      [ill.command(`restart ${oneLine(server.name)}`), 'once the cause is mended'],
      ['holdfast doctor', 'what on this machine does not work'],
    ];
  }
  if (mistakes.length > 0) return [...mistakes, help];
  const isHere = managers.some(manager => manager.isHere);
  if (config !== null && !isHere && silent.length === 0)
    return [
      ['holdfast up', 'start its servers, and hold them until Ctrl-C'],
      ['holdfast up -d', 'the same in the background'],
    ];
  const [first] = managers;
  if (first !== undefined)
    return [[first.command('status --watch'), 'every server, live'], [first.command('logs -f'), 'what happens'], help];
  if (silent.length > 0) return [['holdfast status --all', 'every manager that answers'], help];
  return [
    ['holdfast import', 'take over the servers that your clients have'],
    ['holdfast add NAME -- COMMAND', 'write the first one yourself'],
    help,
  ];
}

function advice(hint: string, { width, theme }: Pick<Place, 'width' | 'theme'>): string[] {
  return wrapWhole(hint, width - INDENT.length - 4).map(
    (line, index) => `${INDENT}${theme.dim(index === 0 ? 'do  ' : INDENT)}${line}`,
  );
}

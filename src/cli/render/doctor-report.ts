import { type Finding, type FindingStatus, TOPICS } from '../doctor/finding.ts';
import { oneLine, widthOf, wrap } from './text.ts';
import type { Theme, Tone } from './theme.ts';
import { count } from './units.ts';

export interface DoctorView {
  /** What was looked at: `holdfast 1.0.0 on Linux`. */
  readonly title: string;
  /** The system's name for people. */
  readonly system: string;
  readonly width: number;
  readonly theme: Theme;
}

const WORDS: Readonly<Record<FindingStatus, readonly [word: string, tone: Tone]>> = {
  ok: ['ok', 'good'],
  warning: ['warning', 'warn'],
  problem: ['problem', 'bad'],
  unknown: ['unknown', 'dim'],
  notApplicable: ['', 'dim'],
};
const WORD_WIDTH = Math.max(...Object.values(WORDS).map(([word]) => word.length));
const GAP = '  ';
/** Longer names are told all the same; their text begins on the next line. */
const TITLE_MOST = 14;
/** Where less is left for the text, it begins on a line of its own. */
const TEXT_LEAST = 30;
const INDENT = 4;
/** A text is told whole: this only keeps a mad one from filling the screen. */
const LINES_MOST = 8;

/** The report as people read it, each line in at most `width` columns: by topic, then what to do first. */
export function renderDoctor(findings: readonly Finding[], view: DoctorView): string[] {
  const { theme } = view;
  const told = findings.filter(({ status }) => status !== 'notApplicable');
  const titles = Math.min(TITLE_MOST, Math.max(0, ...told.map(({ title }) => widthOf(oneLine(title)))));
  const blocks = TOPICS.flatMap(topic => {
    const own = told.filter(finding => finding.topic === topic);
    if (own.length === 0) return [];
    return ['', theme.strong(topic), ...own.flatMap(finding => lines(finding, titles, view))];
  });
  return [theme.strong(view.title), ...blocks, ...absent(findings, view), '', ...summary(told, view)];
}

function lines({ status, title, summary, hint }: Finding, titles: number, { width, theme }: DoctorView): string[] {
  const [word, tone] = WORDS[status];
  const name = oneLine(title);
  const head = WORD_WIDTH + GAP.length;
  const column = head + titles + GAP.length;
  const isBeside = widthOf(name) <= titles && width - column >= TEXT_LEAST;
  const indent = isBeside ? column : INDENT;
  const room = Math.max(1, width - indent);
  const block = (text: string) => wrap(breakLong(oneLine(text), room), room, LINES_MOST);
  const text = [...block(summary), ...(hint === null ? [] : block(`→ ${hint}`).map(line => theme[tone](line)))];
  const label = theme[tone](word.padEnd(WORD_WIDTH)) + GAP;
  if (!isBeside) return [label + name, ...text.map(line => ' '.repeat(indent) + line)];
  const [first = '', ...rest] = text;
  const padding = ' '.repeat(titles - widthOf(name)) + GAP;
  return [label + name + padding + first, ...rest.map(line => ' '.repeat(indent) + line)];
}

/** A path that is longer than the line goes on in the next one: half of it would be no use. */
function breakLong(text: string, room: number): string {
  if (!Number.isFinite(room)) return text;
  return text.replace(/\S+/g, word => {
    if (widthOf(word) <= room) return word;
    // A wide letter takes two columns.
    const length = widthOf(word) === word.length ? room : Math.max(1, Math.floor(room / 2));
    return (word.match(new RegExp(`.{1,${length}}`, 'gu')) ?? []).join(' ');
  });
}

/** What this system has not is told in one line. */
function absent(findings: readonly Finding[], { system, width, theme }: DoctorView): string[] {
  const names = findings.flatMap(({ status, title }) => (status === 'notApplicable' ? [title] : []));
  if (names.length === 0) return [];
  return ['', ...wrap(`not on ${system}: ${names.join(', ')}`, width, LINES_MOST).map(line => theme.dim(line))];
}

function summary(told: readonly Finding[], { width, theme }: DoctorView): string[] {
  const problems = told.filter(({ status }) => status === 'problem');
  const warnings = told.filter(({ status }) => status === 'warning');
  const [worst] = [...problems, ...warnings];
  if (worst === undefined) return [theme.good('all is well')];
  const counts = [
    ...(problems.length === 0 ? [] : [theme.bad(count(problems.length, 'problem'))]),
    ...(warnings.length === 0 ? [] : [theme.warn(count(warnings.length, 'warning'))]),
  ];
  const worstOnes = problems.length === 0 ? warnings : problems;
  const names = worstOnes.map(({ title }) => oneLine(title)).join(', ');
  const first = wrap(`first: ${oneLine(worst.title)}: ${oneLine(worst.hint ?? worst.summary)}`, width, LINES_MOST);
  const named = wrap(names, Math.max(1, width - INDENT), LINES_MOST).map(line => ' '.repeat(INDENT) + line);
  return [counts.join(', '), ...(worstOnes.length === 1 ? [] : named), ...first];
}

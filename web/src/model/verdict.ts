import { type Condition, conditionOf, type Tone } from './condition.ts';
import { count, moment, names, sentence } from './format.ts';
import type { ConfigurationStatus, ServerStatus } from './wire.ts';

/** The one sentence that the page begins with. */
export interface Verdict {
  readonly tone: Tone;
  /** Without a final stop, and without anything that changes each second: it is read aloud when it changes. */
  readonly headline: string;
  /** Why; null where all is well. */
  readonly why: string | null;
  readonly hint: string | null;
  readonly next: Condition['next'];
  /** The one server that this is about, and the code of its error; null where it is not about one. */
  readonly server: string | null;
  readonly code: string | null;
}

interface Seen {
  readonly name: string;
  readonly condition: Condition;
}

/** What is wrong with all of it, worst first. */
export function verdictOf(servers: readonly ServerStatus[], configuration: ConfigurationStatus): Verdict {
  const calm = { why: null, hint: null, next: null, server: null, code: null } as const;
  const refused = configuration.problems.length > 0;
  if (servers.length === 0) {
    return refused
      ? { ...calm, tone: 'bad', headline: 'The configuration file is refused' }
      : {
          ...calm,
          tone: 'rest',
          headline: 'No servers are configured',
          hint: 'Add one with "holdfast add", or import those of your client with "holdfast import".',
        };
  }
  const seen = servers.map(server => ({ name: server.name, condition: conditionOf(server) }));
  const of = (tone: Tone): Seen[] => seen.filter(({ condition }) => condition.tone === tone);
  const [bad, warn, busy] = [of('bad'), of('warn'), of('busy')];
  if (bad.length > 0) return troubled(bad, seen.length, 'bad');
  if (warn.length > 0) return troubled(warn, seen.length, 'warn');
  if (busy.length > 0) return { ...calm, tone: 'busy', headline: busyWords(busy, seen) };
  const headline = calmWords(seen);
  if (refused) {
    const mistakes = count(configuration.problems.length, 'mistake');
    return {
      ...calm,
      tone: 'warn',
      headline: `${headline}, but the changed configuration file is refused`,
      why: `It has ${mistakes}; the servers go on as before.`,
    };
  }
  if (configuration.pending.length > 0) {
    const { length } = configuration.pending;
    const whose = names(configuration.pending.map(({ server }) => server));
    return {
      ...calm,
      tone: 'warn',
      headline: `${headline}, but ${length === 1 ? 'one of them goes' : `${length} of them go`} on with old settings`,
      why: `The new settings of ${whose} did not come up.`,
    };
  }
  return { ...calm, tone: of('good').length > 0 ? 'good' : 'rest', headline };
}

/** The same, once nothing is heard any more: what was well then may not be now. */
export function staleVerdict(last: Verdict, lost: { readonly since: number }, now: number): Verdict {
  return {
    tone: 'warn',
    headline: 'The manager does not answer',
    why: `What it said last, at ${moment(lost.since, now)}: ${last.headline}.`,
    hint: 'See whether it runs with "holdfast status", and start it with "holdfast up"; this page goes on by itself.',
    next: null,
    server: null,
    code: null,
  };
}

function troubled(those: readonly Seen[], all: number, tone: 'bad' | 'warn'): Verdict {
  const [first] = those;
  if (first !== undefined && those.length === 1) {
    const { condition, name } = first;
    const { why, hint, next, code } = condition;
    return {
      tone,
      headline: `${name} ${stateWords(condition)}`,
      why: why && sentence(why),
      hint: hint && sentence(hint),
      next,
      server: name,
      code,
    };
  }
  const word = tone === 'warn' ? 'not well' : 'down';
  const how = those.length === all ? `All ${all} servers are ${word}` : `${those.length} of ${all} servers are ${word}`;
  return {
    tone,
    headline: how,
    why: names(
      those.map(({ name }) => name),
      5,
    ),
    hint: commonHint(those),
    next: null,
    server: null,
    code: null,
  };
}

/** One hint for all, where all have the same. */
function commonHint(those: readonly Seen[]): string | null {
  const hints = new Set(those.map(({ condition }) => condition.hint));
  const [only = null] = hints;
  if (hints.size > 1) return 'Each is told of below, with what helps.';
  return only === null ? null : sentence(only);
}

function stateWords({ word }: Condition): string {
  if (word === 'failed') return 'has failed';
  return word === 'stopped' ? 'is stopped and left processes behind' : `is ${word}`;
}

function busyWords(busy: readonly Seen[], seen: readonly Seen[]): string {
  const words = new Set(busy.map(({ condition }) => condition.word));
  const [word = ''] = words;
  const how = words.size === 1 ? word : 'starting or stopping';
  const who =
    busy.length === 1
      ? `${busy[0]?.name} is ${how}`
      : `${busy.length === seen.length ? 'All ' : ''}${busy.length} servers are ${how}`;
  const ready = seen.filter(({ condition }) => canWork(condition)).length;
  if (busy.length === seen.length) return who;
  return `${who}, ${ready} of ${seen.length} ${ready === 1 ? 'is' : 'are'} ready`;
}

/** What rests starts with the next call: it is ready for all that it is needed for. */
function canWork({ word }: Condition): boolean {
  return word === 'ready' || word === 'resting';
}

function calmWords(seen: readonly Seen[]): string {
  const all = seen.length;
  const ready = seen.filter(({ condition }) => canWork(condition));
  const idle = ready.filter(({ condition }) => condition.word === 'resting').length;
  const stopped = seen.filter(({ condition }) => condition.word === 'stopped');
  const off = stopped.length === 1 ? `${stopped[0]?.name} is stopped` : `${stopped.length} are stopped`;
  if (ready.length === 0) return all === 1 ? off : `All ${all} servers are stopped`;
  const rests =
    idle === 0
      ? ''
      : idle === ready.length
        ? ` and ${idle === 1 ? 'rests until it is' : 'rest until they are'} called`
        : `, ${idle} of them resting`;
  if (stopped.length > 0)
    return `${ready.length === 1 ? `${ready[0]?.name} is` : `${ready.length} servers are`} ready${rests}, ${off}`;
  return `${all === 1 ? `${ready[0]?.name} is` : `All ${all} servers are`} ready${rests}`;
}

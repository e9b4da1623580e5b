import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useStore } from '../client/store.ts';
import { count, timeOfDay, whole } from '../model/format.ts';
import { type Channel, filtered, type LogLine } from '../model/log.ts';
import type { ServerStatus } from '../model/wire.ts';
import { usePage } from './context.ts';
import { Icon } from './shapes.tsx';

const MOST_SHOWN = 300;
/** So close to the end one reads along. */
const NEAR_PX = 24;

const CHANNELS: readonly (readonly [Channel, label: string, says: string])[] = [
  ['lifecycle', 'lifecycle', 'starts, stops, sessions, clients'],
  ['error', 'errors', 'crashes, failures, refused requests'],
  ['debug', 'output', 'what servers write to stderr, and stray lines of stdout'],
  ['performance', 'performance', 'a line for each health check'],
  ['network', 'network', 'look-ups, sockets, ports'],
  ['protocol', 'calls', 'a line for each call'],
];

interface Props {
  readonly servers: readonly ServerStatus[];
  /** Null: to be chosen. */
  readonly only: string | null;
}

/** What happens, as it happens. */
export function Log({ servers, only }: Props) {
  const { live } = usePage();
  const version = useStore(live.logVersion);
  const [chosen, setChosen] = useState('');
  const [text, setText] = useState('');
  const [channels, setChannels] = useState<ReadonlySet<Channel>>(new Set(['lifecycle', 'error', 'debug']));
  const [paused, setPaused] = useState<readonly LogLine[] | null>(null);
  const lines = paused ?? live.log.lines;
  const { shown, passed } = useMemo(
    () => filtered(lines, { server: only ?? (chosen || null), channels, text }, MOST_SHOWN),
    [lines, paused === null ? version : null, only, chosen, channels, text],
  );
  const toggle = (channel: Channel): void => {
    const next = new Set(channels);
    if (!next.delete(channel)) next.add(channel);
    setChannels(next);
  };
  const waiting = paused === null ? 0 : Math.max(0, (live.log.lines.at(-1)?.seq ?? 0) - (paused.at(-1)?.seq ?? 0));
  return (
    <section class="panel log" aria-labelledby="log">
      <div class="panel-head">
        <h2 id="log" class="panel-title">
          Log
        </h2>
        <div class="panel-tools log-tools">
          {only === null ? (
            <label class="inline-field">
              <span class="visually-hidden">Server</span>
              <select value={chosen} onChange={event => setChosen(event.currentTarget.value)}>
                <option value="">All servers</option>
                {servers.map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          ) : null}
          <fieldset class="chips" aria-label="Channels">
            {CHANNELS.map(([channel, label, says]) => (
              <button
                key={channel}
                type="button"
                class="chip-button"
                aria-pressed={channels.has(channel)}
                title={says}
                onClick={() => toggle(channel)}
              >
                {label}
              </button>
            ))}
          </fieldset>
          <label class="inline-field grow">
            <span class="visually-hidden">Only lines with these words</span>
            <input
              type="search"
              id="log-filter"
              placeholder="Filter ( / )"
              value={text}
              onInput={event => setText(event.currentTarget.value)}
            />
          </label>
          <button
            type="button"
            class="button"
            id="log-pause"
            aria-pressed={paused !== null}
            onClick={() => setPaused(paused === null ? live.log.lines : null)}
          >
            {paused === null ? 'Pause' : 'Go on'}
          </button>
        </div>
      </div>
      <Lines shown={shown} isServerShown={only === null} isPaused={paused !== null} />
      <p class="log-foot muted numbers">
        {paused === null ? '' : waiting > 0 ? `Paused; more has come since. ` : 'Paused. '}
        {passed > shown.length ? `The last ${whole(shown.length)} of ${count(passed, 'line')}` : count(passed, 'line')}
        {live.log.dropped > 0 ? `; ${whole(live.log.dropped)} older ones are in the log files` : ''}
      </p>
    </section>
  );
}

interface LinesProps {
  readonly shown: readonly LogLine[];
  readonly isServerShown: boolean;
  readonly isPaused: boolean;
}

function Lines({ shown, isServerShown, isPaused }: LinesProps) {
  const place = useRef<HTMLDivElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const toEnd = (): void => {
    const element = place.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };
  useEffect(() => {
    if (isAtEnd && !isPaused) toEnd();
  }, [shown, isAtEnd, isPaused]);
  return (
    <div class="log-place">
      <div
        ref={place}
        class="log-lines"
        data-server={isServerShown}
        role="log"
        aria-live="off"
        aria-label="Log lines, newest last"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus nobody could scroll it by keyboard (WCAG 2.1.1)
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setIsAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_PX)
        }
      >
        {shown.length === 0 ? (
          <p class="empty">Nothing to show. Choose more channels, or wait for something to happen.</p>
        ) : null}
        {shown.map(line => (
          <Line key={line.seq} line={line} />
        ))}
      </div>
      {isAtEnd ? null : (
        <button type="button" class="button log-jump" onClick={toEnd}>
          <Icon name="down" /> Newest
        </button>
      )}
    </div>
  );
}

const LEVELS = { error: 'error', warn: 'warn', info: '', debug: '' } as const;

function Line({ line: { at, channel, level, server, text, hint } }: { line: LogLine }) {
  return (
    <p class="log-line" data-level={level} data-channel={channel}>
      <time class="log-time">{timeOfDay(at)}</time>
      <span class="log-level">{LEVELS[level]}</span>
      <span class="log-server">{server ?? 'holdfast'}</span>
      <span class="log-text">
        {text}
        {hint === null ? null : <span class="log-hint"> {hint}</span>}
      </span>
    </p>
  );
}

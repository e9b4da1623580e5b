import { capital, count, moment, timeOfDay, whole } from '../model/format.ts';
import { repeats } from '../model/repeats.ts';
import { linkTo } from '../model/route.ts';
import { causeOf, type Mark, markOf, placed, ticks } from '../model/timeline.ts';
import type { Restart } from '../model/wire.ts';
import { useNow } from './context.ts';

const HOUR = 3_600_000;
const LISTED = 6;

interface Props {
  readonly names: readonly string[];
  readonly restarts: readonly Restart[];
}

/** When each server was started again in the last hour, and why. */
export function Timeline({ names, restarts }: Props) {
  const now = useNow(5_000);
  const [from, to] = [now - HOUR, now];
  const shown = restarts.filter(({ at, server }) => at >= from && names.includes(server));
  const lanes = names.filter(name => shown.some(({ server }) => server === name));
  const causes = repeats(shown, causeOf);
  return (
    <section class="panel timeline" aria-labelledby="timeline">
      <h2 id="timeline" class="panel-title">
        Crashes and restarts, last hour <span class="tally">{shown.filter(one => markOf(one) !== 'start').length}</span>
      </h2>
      {lanes.length === 0 ? (
        <p class="empty">
          None{restarts.length > 0 ? ' in the last hour' : ''}. When a server goes down, its mark and the cause appear
          here.
        </p>
      ) : (
        <>
          <div class="lanes" aria-hidden="true">
            {lanes.map(name => (
              <Lane
                key={name}
                name={name}
                restarts={shown.filter(({ server }) => server === name)}
                from={from}
                to={to}
              />
            ))}
            <div class="lane lane-axis">
              <span />
              <span class="lane-line">
                {ticks(from, to, 6).map(at => (
                  <span key={at} class="tick numbers" style={{ left: `${((at - from) / (to - from)) * 100}%` }}>
                    {timeOfDay(at).slice(0, 5)}
                  </span>
                ))}
              </span>
            </div>
          </div>
          <ol class="restart-list" aria-label="The last restarts">
            {causes.slice(0, LISTED).map(({ first, last, count: times }) => (
              <li key={causeOf(last)}>
                <time class="numbers muted">{moment(last.at, now)}</time>
                <span>
                  <MarkShape mark={markOf(last)} />
                  <a href={linkTo({ view: 'server', name: last.server })}>{last.server}</a> {capital(last.message)}{' '}
                  <code class="code-name">{last.code}</code>
                  <Times times={times} since={moment(first.at, now)} />
                </span>
              </li>
            ))}
          </ol>
          {causes.length > LISTED ? (
            <p class="muted">and {count(causes.length - LISTED, 'other cause')}, earlier</p>
          ) : null}
        </>
      )}
    </section>
  );
}

function Lane({ name, restarts, from, to }: { name: string; restarts: readonly Restart[]; from: number; to: number }) {
  return (
    <div class="lane">
      <span class="lane-name">{name}</span>
      <span class="lane-line lane-rule">
        {placed(restarts, from, to, 0.05).map(({ at, mark, restart, count }) => (
          <span
            key={restart.at}
            class="mark"
            data-mark={mark}
            style={{ left: `${at * 100}%` }}
            title={`${timeOfDay(restart.at)} ${restart.message} (${restart.code})`}
          >
            {count > 1 ? count : ''}
          </span>
        ))}
      </span>
    </div>
  );
}

/** How often, and since when, where it was more than once: the time before it is that of the last. */
export function Times({ times, since }: { times: number; since: string }) {
  return times === 1 ? null : (
    <span class="muted numbers">
      {' '}
      × {whole(times)} since {since}
    </span>
  );
}

function MarkShape({ mark }: { mark: Mark }) {
  return <span class="mark mark-inline" data-mark={mark} aria-hidden="true" />;
}

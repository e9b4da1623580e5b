import type { Condition } from '../model/condition.ts';
import { sentence, until } from '../model/format.ts';
import { useNow } from './context.ts';
import { Verbatim } from './scroll.tsx';

const TAIL = 8;

interface Props {
  readonly condition: Condition;
  readonly name: string;
  /** All but its last words stands elsewhere. */
  readonly isTold?: boolean;
}

/** Why a server is not well, what to do, when it is tried again, and what it said last. */
export function Trouble({ condition, name, isTold = false }: Props) {
  const { why, hint, code, stderrTail, next, tone } = condition;
  if (isTold && stderrTail.length === 0) return null;
  return (
    <div class={`trouble tone-${tone}`}>
      {isTold ? null : (
        <dl class="trouble-facts">
          {why === null ? null : (
            <>
              <dt>Why</dt>
              <dd>
                {sentence(why)}
                {code === null ? null : <code class="code-name">{code}</code>}
              </dd>
            </>
          )}
          {hint === null ? null : (
            <>
              <dt>What to do</dt>
              <dd>{sentence(hint)}</dd>
            </>
          )}
          {next === null ? null : (
            <>
              <dt>Next try</dt>
              <dd>
                <NextTry next={next} />
              </dd>
            </>
          )}
        </dl>
      )}
      {stderrTail.length === 0 ? null : (
        <figure class="stderr-figure">
          <figcaption>Its last words on stderr</figcaption>
          <Verbatim
            class="stderr"
            label={`Last lines that ${name} wrote to stderr`}
            text={stderrTail.slice(-TAIL).join('\n')}
          />
        </figure>
      )}
    </div>
  );
}

export function NextTry({ next }: { next: NonNullable<Condition['next']> }) {
  const now = useNow();
  return (
    <span class="numbers">
      {until(next.at, now)}
      {next.attempt === null ? '' : `, attempt ${next.attempt} of ${next.of}`}
    </span>
  );
}

import type { Verdict } from '../model/verdict.ts';
import { ToneShape } from './shapes.tsx';
import { NextTry } from './trouble.tsx';

/** Is anything wrong, and what is to be done? */
export function VerdictPanel({ verdict, lately }: { verdict: Verdict; lately: string }) {
  const { tone, headline, why, hint, next, code } = verdict;
  return (
    <section class={`verdict tone-${tone}`} aria-labelledby="verdict">
      <ToneShape tone={tone} isBig />
      <div class="verdict-words">
        <h1 id="verdict" tabIndex={-1}>
          {headline}
        </h1>
        {why === null ? null : (
          <p class="verdict-why">
            {why}
            {code === null ? null : <code class="code-name">{code}</code>}
          </p>
        )}
        {tone === 'bad' || tone === 'warn' ? null : <p class="muted">{lately}</p>}
      </div>
      {next === null && hint === null ? null : (
        <dl class="verdict-aside">
          {next === null ? null : (
            <>
              <dt>Next try</dt>
              <dd>
                <NextTry next={next} />
              </dd>
            </>
          )}
          {hint === null ? null : (
            <>
              <dt>What to do</dt>
              <dd>{hint}</dd>
            </>
          )}
        </dl>
      )}
    </section>
  );
}

export function VerdictSkeleton() {
  return (
    <section class="verdict" aria-busy="true">
      <span class="skeleton skeleton-shape" />
      <div class="verdict-words">
        <h1 class="muted">Asking the manager…</h1>
        <p>
          <span class="skeleton skeleton-line" />
        </p>
      </div>
    </section>
  );
}

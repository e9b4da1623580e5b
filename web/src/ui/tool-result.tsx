import { useState } from 'preact/hooks';
import type { Part, ToolResult } from '../model/result.ts';
import { Verbatim } from './scroll.tsx';
import { ToneShape } from './shapes.tsx';

/** What a tool answered. */
export function ResultView({ result, took }: { result: ToolResult; took: string }) {
  const [isRaw, setIsRaw] = useState(false);
  const { isError, parts, structured, raw } = result;
  return (
    <section class="result" data-error={isError} aria-label="Result">
      <p class="result-head">
        <ToneShape tone={isError ? 'bad' : 'good'} />
        <b>{isError ? 'The tool answered with an error' : 'Answered'}</b>
        <span class="muted numbers">after {took}</span>
        <button type="button" class="button quiet small" aria-pressed={isRaw} onClick={() => setIsRaw(!isRaw)}>
          Raw
        </button>
      </p>
      {isRaw ? (
        <Verbatim label="The whole answer" text={raw} />
      ) : (
        <>
          {parts.length === 0 && structured === null ? <p class="muted">It answered with nothing.</p> : null}
          {parts.map((part, index) => (
            <PartView key={index} part={part} />
          ))}
          {structured === null ? null : (
            <figure>
              <figcaption class="muted">structured</figcaption>
              <Verbatim label="Structured content" text={structured} />
            </figure>
          )}
        </>
      )}
    </section>
  );
}

function PartView({ part }: { part: Part }) {
  switch (part.kind) {
    case 'text':
      return (
        <figure>
          {part.caption === null ? null : <figcaption class="muted">{part.caption}</figcaption>}
          <Verbatim label={part.caption ?? 'Text'} text={part.text} />
        </figure>
      );
    case 'image':
      return (
        <figure>
          <img src={part.source} alt={`The tool's answer: ${part.caption}`} />
          <figcaption class="muted">{part.caption}</figcaption>
        </figure>
      );
    case 'facts':
      return <p class="muted">{part.caption}</p>;
  }
}

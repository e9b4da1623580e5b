import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { argumentsOf, argumentsOfJson, type Draft, draftOf, emptyDraft, type FieldError } from '../model/form.ts';
import { count, duration } from '../model/format.ts';
import { readResult, type ToolResult } from '../model/result.ts';
import { formOf } from '../model/schema.ts';
import type { Tool } from '../model/wire.ts';
import { usePage } from './context.ts';
import { Fields } from './field.tsx';
import { ErrorWords } from './steer.tsx';
import { ResultView } from './tool-result.tsx';

type Outcome =
  | { readonly step: 'running'; readonly since: number }
  | { readonly step: 'answered'; readonly result: ToolResult; readonly tookMs: number }
  | { readonly step: 'failed'; readonly error: unknown }
  | { readonly step: 'cancelled' }
  | null;

/** The form of one tool, its call, and what came back. */
export function TryTool({ tool }: { tool: Tool }) {
  const { live } = usePage();
  const form = useMemo(() => formOf(tool.inputSchema), [tool.inputSchema]);
  const [draft, setDraft] = useState<Draft>(() => (form === null ? '' : emptyDraft(form)));
  /** Arguments as JSON; null while the form is used. */
  const [json, setJson] = useState<string | null>(form === null ? '{}' : null);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const read = () =>
    json !== null ? argumentsOfJson(json, form) : form === null ? argumentsOfJson('', null) : argumentsOf(form, draft);
  const call = async (): Promise<void> => {
    const args = read();
    setErrors(args.ok ? [] : args.errors);
    if (!args.ok) return;
    const mine = new AbortController();
    abort.current = mine;
    const since = performance.now();
    setOutcome({ step: 'running', since });
    try {
      const result = readResult(await live.api.call(tool.server, tool.name, args.value, mine.signal));
      setOutcome({ step: 'answered', result, tookMs: performance.now() - since });
    } catch (error) {
      setOutcome(mine.signal.aborted ? { step: 'cancelled' } : { step: 'failed', error });
    }
  };
  const switchOver = (): void => {
    setErrors([]);
    if (json === null) {
      const args = read();
      setJson(JSON.stringify(args.ok ? args.value : {}, null, 2));
    } else if (form !== null) {
      const args = argumentsOfJson(json, null);
      if (args.ok) setDraft(draftOf(form, args.value));
      if (args.ok) setJson(null);
      else setErrors(args.errors);
    }
  };
  const isRunning = outcome?.step === 'running';
  return (
    <div class="try-tool">
      {tool.description === undefined ? null : <p class="tool-description">{tool.description}</p>}
      <form
        noValidate
        onSubmit={event => {
          event.preventDefault();
          if (!isRunning) void call();
        }}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        {json !== null ? (
          <label class="field">
            <span class="field-name">Arguments, as JSON</span>
            <textarea
              class="mono"
              rows={6}
              spellcheck={false}
              value={json}
              onInput={event => setJson(event.currentTarget.value)}
            />
          </label>
        ) : form === null || form.fields.length === 0 ? (
          <p class="muted">It takes no arguments.</p>
        ) : (
          <Fields field={form} draft={draft} path="" errors={errors} onChange={setDraft} />
        )}
        {errors.length === 0 ? null : (
          <div class="form-errors" role="alert">
            {json === null ? (
              <p>{count(errors.length, 'field')} to be mended.</p>
            ) : (
              errors.map(({ message }) => <p key={message}>{message}</p>)
            )}
          </div>
        )}
        <div class="form-actions">
          <button type="submit" class="button primary" disabled={isRunning}>
            Call {tool.name}
          </button>
          {isRunning ? (
            <button type="button" class="button" onClick={() => abort.current?.abort()}>
              Cancel
            </button>
          ) : null}
          {form === null ? null : (
            <button type="button" class="button quiet" onClick={switchOver}>
              {json === null ? 'Write as JSON' : 'Use the form'}
            </button>
          )}
          <span class="muted wide-only">Ctrl Enter calls it</span>
        </div>
      </form>
      <div aria-live="polite" class="outcome">
        <OutcomeView outcome={outcome} />
      </div>
    </div>
  );
}

function OutcomeView({ outcome }: { outcome: Outcome }) {
  switch (outcome?.step) {
    case undefined:
      return null;
    case 'running':
      return (
        <p class="dialog-running">
          <span class="spinner" aria-hidden="true" /> Waiting for the answer…
        </p>
      );
    case 'cancelled':
      return <p class="muted">Cancelled; the server was told. The tool may have run.</p>;
    case 'failed':
      return <ErrorWords error={outcome.error} />;
    case 'answered':
      return <ResultView result={outcome.result} took={duration(outcome.tookMs)} />;
  }
}

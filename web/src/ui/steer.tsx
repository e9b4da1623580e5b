import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, type Verb } from '../client/api.ts';
import { useStore } from '../client/store.ts';
import { type Condition, conditionOf, sumOf } from '../model/condition.ts';
import { capital, count, duration, sentence } from '../model/format.ts';
import type { ServerStatus } from '../model/wire.ts';
import { usePage } from './context.ts';
import { Dialog } from './dialog.tsx';
import { Verbatim } from './scroll.tsx';
import { Trouble } from './trouble.tsx';

interface ButtonProps {
  readonly server: ServerStatus;
  /** The one thing that helps is offered first. */
  readonly isTrouble?: boolean;
}

/** What can be done with a server as it is now. */
export function SteerButtons({ server, isTrouble = false }: ButtonProps) {
  const { live, steer } = usePage();
  const isLive = useStore(live.link).state === 'live';
  return (
    <span class="steer">
      {verbsFor(server).map((verb, index) => (
        <button
          key={verb}
          type="button"
          class={isTrouble && index === 0 ? 'button primary' : 'button'}
          aria-label={`${labelFor(server, verb)} ${server.name}`}
          disabled={!isLive}
          onClick={() => steer(server, verb)}
        >
          {labelFor(server, verb)}
        </button>
      ))}
    </span>
  );
}

function verbsFor({ state, desired }: ServerStatus): readonly Verb[] {
  switch (state) {
    case 'stopped':
      return desired === 'onDemand' ? ['start', 'stop'] : ['start'];
    case 'failed':
    case 'backoff':
      return ['start', 'stop'];
    case 'stopping':
      return ['start'];
    case 'starting':
      return ['restart', 'stop'];
    case 'ready':
      return ['restart', 'stop'];
  }
}

function labelFor({ state }: ServerStatus, verb: Verb): string {
  return verb === 'start' && (state === 'failed' || state === 'backoff') ? 'Start now' : capital(verb);
}

interface DialogProps {
  readonly server: ServerStatus;
  readonly verb: Verb;
  readonly onClose: () => void;
}

type Progress =
  | { readonly step: 'ask' }
  | { readonly step: 'run'; readonly since: number }
  /** It was done, and did not help. */
  | { readonly step: 'down'; readonly condition: Condition }
  | { readonly step: 'failed'; readonly error: unknown };

/** Asks where something would be ended, does it, and says what went wrong where it did. A start harms nobody: it is not asked for. */
export function SteerDialog({ server, verb, onClose }: DialogProps) {
  const { live } = usePage();
  const [progress, setProgress] = useState<Progress>({ step: 'ask' });
  const isOpen = useRef(true);
  const run = async (): Promise<void> => {
    setProgress({ step: 'run', since: Date.now() });
    try {
      const condition = conditionOf(await live.api.steer(server.name, verb));
      live.refresh();
      if (!isOpen.current) return;
      if (condition.tone === 'bad') setProgress({ step: 'down', condition });
      else onClose();
    } catch (error) {
      live.refresh();
      if (isOpen.current) setProgress({ step: 'failed', error });
    }
  };
  useEffect(() => {
    if (verb === 'start') void run();
    return () => {
      isOpen.current = false;
    };
  }, []);
  const name = server.name;
  switch (progress.step) {
    case 'ask':
      return verb === 'start' ? null : (
        <Dialog title={`${capital(verb)} ${name}?`} onClose={onClose}>
          <p>{verb === 'restart' ? RESTART : STOP}</p>
          {underWay(server)}
          <div class="dialog-actions">
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            <button
              type="button"
              class={verb === 'stop' ? 'button danger' : 'button primary'}
              onClick={() => void run()}
            >
              {capital(verb)}
            </button>
          </div>
        </Dialog>
      );
    case 'run':
      // Of a start the server's own row tells.
      return verb === 'start' ? null : (
        <Dialog title={`${DOING[verb]} ${name}`} onClose={onClose}>
          <p role="status" class="dialog-running">
            <span class="spinner" aria-hidden="true" /> <Elapsed since={progress.since} />
          </p>
          <p class="muted">It goes on when this is closed; the page shows how it ends.</p>
          <div class="dialog-actions">
            <button type="button" class="button" onClick={onClose}>
              Close
            </button>
          </div>
        </Dialog>
      );
    case 'down':
    case 'failed':
      return (
        <Dialog
          title={progress.step === 'down' ? `${name} did not ${AIM[verb]}` : `${name} could not be ${DONE[verb]}`}
          onClose={onClose}
        >
          {progress.step === 'down' ? (
            <Trouble condition={progress.condition} name={name} />
          ) : (
            <ErrorWords error={progress.error} />
          )}
          <div class="dialog-actions">
            <button type="button" class="button" onClick={onClose}>
              Close
            </button>
            <button type="button" class="button primary" onClick={() => void run()}>
              Try again
            </button>
          </div>
        </Dialog>
      );
  }
}

const RESTART = 'Its process is ended with all that it started, and begins anew. Clients keep their sessions.';
const STOP =
  'Its process is ended with all that it started. Until it is started again it is in no list, and calls to it get an error.';
const DOING = { start: 'Starting', stop: 'Stopping', restart: 'Restarting' } as const;
const AIM = { start: 'come up', stop: 'stop', restart: 'come up again' } as const;
const DONE = { start: 'started', stop: 'stopped', restart: 'restarted' } as const;

function underWay(server: ServerStatus) {
  const inFlight = sumOf(server, ({ inFlight }) => inFlight) ?? 0;
  const { tone } = conditionOf(server);
  if (inFlight === 0) return tone === 'good' ? <p class="muted">No call is in flight.</p> : null;
  return (
    <p class="note tone-warn">
      {count(inFlight, 'call')} {inFlight === 1 ? 'is' : 'are'} in flight: what is safe to repeat is repeated, every
      other one gets an error that says whether it may have run.
    </p>
  );
}

function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return <span>{duration(now - since)}</span>;
}

/** What a request failed with: what happened, what to do, the server's last words. */
export function ErrorWords({ error }: { error: unknown }) {
  if (!(error instanceof ApiError)) {
    return (
      <div class="error-words" role="alert">
        <p class="error-message">The manager did not answer.</p>
        <p>
          <b>What to do</b> Look whether it runs: <code>holdfast status</code>
        </p>
      </div>
    );
  }
  const { message, hint, code, stderrTail = [], mayHaveRun } = error.error;
  return (
    <div class="error-words" role="alert">
      <p class="error-message">{sentence(message)}</p>
      {mayHaveRun === undefined ? null : <p>{mayHaveRun ? 'The tool may have run.' : 'The tool has not run.'}</p>}
      {hint === '' ? null : (
        <p>
          <b>What to do</b> {sentence(hint)}
        </p>
      )}
      {stderrTail.length > 0 ? (
        <Verbatim class="stderr" label="Its last words on stderr" text={stderrTail.join('\n')} />
      ) : null}
      <p class="muted mono">{code}</p>
    </div>
  );
}

import { Dialog } from './dialog.tsx';
import { ToneShape } from './shapes.tsx';

const KEYS: readonly (readonly [key: string, does: string])[] = [
  ['?', 'This help'],
  ['j k', 'To the next, the previous server'],
  ['Enter', 'Opens the server'],
  ['o', 'Overview'],
  ['/', 'Filters the log'],
  ['p', 'Holds the log, and lets it go on'],
  ['t', 'Light, dark, as the system'],
  ['Esc', 'Closes what is open; back to the overview'],
];

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Help" onClose={onClose}>
      <h3>Keys</h3>
      <dl class="keys">
        {KEYS.map(([key, does]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map(one => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <h3>States</h3>
      <ul class="plain-list states">
        <li>
          <ToneShape tone="good" /> ready: it answers
        </li>
        <li>
          <ToneShape tone="busy" /> starting, or stopping
        </li>
        <li>
          <ToneShape tone="rest" /> resting until a call needs it, or stopped on request
        </li>
        <li>
          <ToneShape tone="warn" /> degraded or suspect: it answers, but not well
        </li>
        <li>
          <ToneShape tone="bad" /> down and to be started again, failed, or unhealthy
        </li>
      </ul>
      <p class="muted">
        Calls to a server that is down are held until it is back. Those that were under way are replayed where that is
        safe, else rejected with an error that says whether they may have run.
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

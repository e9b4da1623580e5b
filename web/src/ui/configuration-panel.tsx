import { capital, count, moment } from '../model/format.ts';
import type { ConfigIssue, ConfigurationStatus } from '../model/wire.ts';
import { ToneShape } from './shapes.tsx';

/** What is wrong with the configuration file as it is now. Nothing where nothing is. */
export function ConfigurationPanel({ configuration, now }: { configuration: ConfigurationStatus; now: number }) {
  const { file, loadedAt, problems, warnings, pending, needsRestart } = configuration;
  if (problems.length + warnings.length + pending.length + needsRestart.length === 0) return null;
  const isRefused = problems.length > 0;
  if (!isRefused && pending.length + needsRestart.length === 0) {
    return (
      <details class="panel configuration tone-warn">
        <summary>
          <ToneShape tone="warn" /> {count(warnings.length, 'warning')} about the configuration
        </summary>
        <Mistakes list={warnings} label="Warnings" />
      </details>
    );
  }
  return (
    <section class={`panel configuration ${isRefused ? 'tone-bad' : 'tone-warn'}`} aria-labelledby="configuration">
      <h2 id="configuration" class="panel-title">
        <ToneShape tone={isRefused ? 'bad' : 'warn'} />
        {isRefused ? `The configuration file is refused: ${count(problems.length, 'mistake')}` : 'Configuration'}
      </h2>
      {isRefused ? (
        <p>
          The servers go on with the one of {moment(Date.parse(loadedAt), now)}. Mend the file and save it: it is read
          again at once.
        </p>
      ) : null}
      {file === null ? null : <p class="mono muted path">{file}</p>}
      {isRefused ? <Mistakes list={problems} label="Mistakes" /> : null}
      {pending.length === 0 ? null : (
        <>
          <h3>New settings that did not come up; the old ones go on</h3>
          <ul class="plain-list">
            {pending.map(({ server, reason }) => (
              <li key={server}>
                <b>{server}</b> {reason}
              </li>
            ))}
          </ul>
        </>
      )}
      {needsRestart.length === 0 ? null : (
        <p>
          Taken up by a new start of the manager only: <code>{needsRestart.join(', ')}</code>. Do it with{' '}
          <code>holdfast down</code> and <code>holdfast up</code>.
        </p>
      )}
      {warnings.length === 0 ? null : (
        <details>
          <summary>{count(warnings.length, 'warning')}</summary>
          <Mistakes list={warnings} label="Warnings" />
        </details>
      )}
    </section>
  );
}

function Mistakes({ list, label }: { list: readonly ConfigIssue[]; label: string }) {
  return (
    <ol class="mistakes" aria-label={label}>
      {list.map((mistake, index) => (
        <li key={index}>
          <span class="mono numbers mistake-place">{placeOf(mistake)}</span>
          <span>
            {capital(mistake.message)}
            {mistake.key === '' ? null : <code class="code-name">{mistake.key}</code>}
          </span>
        </li>
      ))}
    </ol>
  );
}

function placeOf({ line, column, file }: ConfigIssue): string {
  const name = file.split(/[\\/]/).at(-1) ?? file;
  return line === null ? name : `${name}:${line}${column === null ? '' : `:${column}`}`;
}

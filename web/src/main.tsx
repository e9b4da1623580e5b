import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { StatusReport } from '../../src/daemon/control-routes.ts';
import { takeToken } from './token.ts';

const EVERY_MS = 2_000;

type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'report'; readonly report: StatusReport }
  | { readonly kind: 'problem'; readonly text: string };

async function look(token: string): Promise<Seen> {
  try {
    const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch('./api/status', { headers });
    if (answer.status === 401 || answer.status === 429) {
      const text = 'The token is missing or wrong: open the link that "holdfast up" prints.';
      return { kind: 'problem', text };
    }
    if (!answer.ok) return { kind: 'problem', text: `The manager answered with status ${answer.status}.` };
    return { kind: 'report', report: (await answer.json()) as StatusReport };
  } catch (error) {
    return { kind: 'problem', text: `The manager cannot be reached: ${String(error)}` };
  }
}

function Page({ token }: { readonly token: string }) {
  const [seen, setSeen] = useState<Seen>({ kind: 'nothing' });
  useEffect(() => {
    let isOver = false;
    const once = async () => {
      const next = await look(token);
      if (!isOver) setSeen(next);
    };
    void once();
    const timer = setInterval(once, EVERY_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [token]);
  return (
    <main>
      <h1>Holdfast</h1>
      {seen.kind === 'problem' && (
        <p class="problem" role="alert">
          {seen.text}
        </p>
      )}
      {seen.kind === 'report' && <Servers servers={seen.report.servers} />}
    </main>
  );
}

function Servers({ servers }: Pick<StatusReport, 'servers'>) {
  return (
    <table>
      <thead>
        <tr>
          <th>Server</th>
          <th>State</th>
          <th>Health</th>
          <th>Why</th>
        </tr>
      </thead>
      <tbody>
        {servers.map(({ name, state, health, reason, lastError }) => (
          <tr key={name}>
            <td>{name}</td>
            <td>{state}</td>
            <td>{health}</td>
            <td>{reason ?? (state === 'ready' ? '' : String(lastError?.message ?? ''))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const place = document.getElementById('app');
if (place !== null) render(<Page token={takeToken()} />, place);

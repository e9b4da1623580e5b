import { useEffect, useState } from 'preact/hooks';
import { count } from '../model/format.ts';
import type { ServerStatus, Tool } from '../model/wire.ts';
import { usePage } from './context.ts';
import { Icon } from './shapes.tsx';
import { ErrorWords } from './steer.tsx';
import { TryTool } from './try-tool.tsx';

/** What is listed stays, with its forms and what came of their calls, whatever becomes of the server. */
interface Listing {
  readonly tools: readonly Tool[] | null;
  /** Why they could not be listed the last time. */
  readonly error: unknown;
}

const NOTHING: Listing = { tools: null, error: null };

/** What a server offers; each tool opens to a form by which it can be tried. */
export function Tools({ server }: { server: ServerStatus }) {
  const { live } = usePage();
  const [listing, setListing] = useState<Listing>(NOTHING);
  const [text, setText] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const { name, state, desired, incarnation, tools: known } = server;
  const isUp = state === 'ready';
  const asks = isUp || (isAsked && desired !== 'down');
  // To ask a server that rests or has failed would start it: that is for a person to want. A list that is there stays while it is down.
  useEffect(() => {
    if (!asks) return;
    let isWanted = true;
    setListing(before => ({ ...before, error: null }));
    live.api.tools(name).then(
      tools => isWanted && setListing({ tools, error: null }),
      (error: unknown) => isWanted && setListing(before => ({ ...before, error })),
    );
    return () => {
      isWanted = false;
    };
  }, [name, isUp, asks, incarnation, known]);
  const tools = listing.tools ?? [];
  const isPending = listing.tools === null && listing.error === null && asks;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = tools.filter(tool => {
    const all = `${tool.name} ${titleOf(tool)} ${tool.description ?? ''}`.toLowerCase();
    return words.every(word => all.includes(word));
  });
  return (
    <section class="panel tools" aria-labelledby="tools">
      <div class="panel-head">
        <h2 id="tools" class="panel-title">
          Tools <span class="tally">{listing.tools === null ? known || '' : tools.length}</span>
        </h2>
        {tools.length > 5 ? (
          <label class="inline-field panel-tools">
            <span class="visually-hidden">Find a tool</span>
            <input
              type="search"
              placeholder="Find a tool"
              value={text}
              onInput={event => setText(event.currentTarget.value)}
            />
          </label>
        ) : null}
      </div>
      {isPending ? <ListSkeleton /> : null}
      {isUp ? (
        listing.error === null ? null : (
          <ErrorWords error={listing.error} isCall={false} />
        )
      ) : isPending ? null : (
        <NotUp server={server} isListed={listing.tools !== null} error={listing.error} onAsk={() => setIsAsked(true)} />
      )}
      {listing.tools !== null && shown.length === 0 ? (
        <p class="empty">
          {tools.length === 0 ? 'This server has no tools.' : `None of ${count(tools.length, 'tool')} is named so.`}
        </p>
      ) : null}
      <ul class="tool-list">
        {shown.map(tool => (
          <ToolEntry key={tool.name} tool={tool} />
        ))}
      </ul>
    </section>
  );
}

interface NotUpProps {
  readonly server: ServerStatus;
  readonly isListed: boolean;
  readonly error: unknown;
  readonly onAsk: () => void;
}

/** In place of a list, or above one of before: that it is not up is no fault of the list. */
function NotUp({ server, isListed, error, onAsk }: NotUpProps) {
  const { steer } = usePage();
  const { desired, state } = server;
  if (state === 'starting' || state === 'stopping') return null;
  const words =
    desired === 'down'
      ? 'The server is stopped'
      : state === 'failed' || state === 'backoff'
        ? 'The server is down; why stands above'
        : 'The server rests until it is called';
  if (desired === 'down' || error !== null)
    return (
      <p class="empty">
        {words}. {isListed ? 'These are its tools of before.' : 'Its tools are not listed while it is so.'}{' '}
        <button type="button" class="button small" onClick={() => steer(server, 'start')}>
          {desired === 'down' ? 'Start' : 'Start now'}
        </button>
      </p>
    );
  if (isListed) return null;
  return (
    <p class="empty">
      It is not running, and to ask for its tools starts it.{' '}
      <button type="button" class="button small" onClick={onAsk}>
        List its tools
      </button>
    </p>
  );
}

function ToolEntry({ tool }: { tool: Tool }) {
  const [isOpen, setIsOpen] = useState(false);
  const { readOnlyHint, destructiveHint } = tool.annotations ?? {};
  const title = titleOf(tool);
  return (
    <li class="tool" data-tool={tool.name}>
      <details onToggle={event => setIsOpen(event.currentTarget.open)}>
        <summary>
          <Icon name="chevron" />
          <span class="tool-name mono">{tool.name}</span>
          {title === '' || title === tool.name ? null : <span class="muted tool-title">{title}</span>}
          {readOnlyHint === true ? <span class="chip">only reads</span> : null}
          {destructiveHint === true && readOnlyHint !== true ? <span class="chip tone-warn">may destroy</span> : null}
        </summary>
        {isOpen ? <TryTool tool={tool} /> : null}
      </details>
    </li>
  );
}

const titleOf = ({ title, annotations }: Tool): string => title ?? annotations?.title ?? '';

function ListSkeleton() {
  return (
    <div class="list-skeleton" aria-busy="true">
      {[0, 1, 2].map(index => (
        <span key={index} class="skeleton skeleton-line" />
      ))}
    </div>
  );
}

import { useEffect, useState } from 'preact/hooks';
import { count } from '../model/format.ts';
import type { ServerStatus, Tool } from '../model/wire.ts';
import { usePage } from './context.ts';
import { Icon } from './shapes.tsx';
import { ErrorWords } from './steer.tsx';
import { TryTool } from './try-tool.tsx';

type Listing = { readonly tools: readonly Tool[] } | { readonly error: unknown } | null;

/** What a server offers; each tool opens to a form by which it can be tried. */
export function Tools({ server }: { server: ServerStatus }) {
  const { live } = usePage();
  const [listing, setListing] = useState<Listing>(null);
  const [text, setText] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const { name, state, incarnation, tools: known } = server;
  const isUp = state === 'ready';
  // To ask a server that rests or has failed would start it: that is for a person to want. A list that is there stays while it is down.
  useEffect(() => {
    if (!isUp && !isAsked) return;
    let isWanted = true;
    live.api.tools(name).then(
      tools => isWanted && setListing({ tools }),
      (error: unknown) => isWanted && setListing({ error }),
    );
    return () => {
      isWanted = false;
    };
  }, [name, isUp, isAsked, incarnation, known]);
  const tools = listing !== null && 'tools' in listing ? listing.tools : [];
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = tools.filter(tool => {
    const all = `${tool.name} ${titleOf(tool)} ${tool.description ?? ''}`.toLowerCase();
    return words.every(word => all.includes(word));
  });
  return (
    <section class="panel tools" aria-labelledby="tools">
      <div class="panel-head">
        <h2 id="tools" class="panel-title">
          Tools <span class="tally">{listing === null ? known || '' : tools.length}</span>
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
      {listing !== null ? null : isUp || isAsked ? (
        <ListSkeleton />
      ) : (
        <NotUp server={server} onAsk={() => setIsAsked(true)} />
      )}
      {listing !== null && 'error' in listing ? <ErrorWords error={listing.error} /> : null}
      {listing !== null && 'tools' in listing && shown.length === 0 ? (
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

function NotUp({ server: { desired }, onAsk }: { server: ServerStatus; onAsk: () => void }) {
  if (desired === 'down') return <p class="empty">It is stopped. Its tools are listed once it is started.</p>;
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

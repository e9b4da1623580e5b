import { useEffect } from 'preact/hooks';

/** Single keys, unless somebody is writing or a dialog is open. */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      const run = keys[event.key];
      if (run === undefined || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isWriting(event.target) || document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      run();
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  });
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** Moves the focus among the servers of the list. */
export function stepServer(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('.server-name a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : (at + by + links.length) % links.length;
  links[next]?.focus();
}

/** Where the button that had the focus is not there any more, it is at its server: nobody is sent back to the top of the page. */
export function keepFocus(server: string): void {
  if (document.activeElement !== document.body) return;
  const place = document.querySelector<HTMLElement>(`[data-server="${CSS.escape(server)}"] :is(.server-name a, h1)`);
  place?.focus();
}

import type { ComponentChildren } from 'preact';
import type { Tone } from '../model/condition.ts';

/** The shape of a state: one can tell them apart without any colour. */
export function ToneShape({ tone, isBig = false }: { tone: Tone; isBig?: boolean }) {
  return (
    <svg class={`shape tone-${tone}`} data-big={isBig} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[tone]}
    </svg>
  );
}

const SHAPES: Readonly<Record<Tone, ComponentChildren>> = {
  good: (
    <>
      <circle cx="8" cy="8" r="7" class="fill" />
      <path d="M4.8 8.3l2.2 2.2 4.2-4.6" class="cut" />
    </>
  ),
  rest: <circle cx="8" cy="8" r="6.1" class="line" />,
  busy: <circle cx="8" cy="8" r="6.1" class="line turning" stroke-dasharray="4.6 3.1" />,
  warn: (
    <>
      <path d="M8 1.2 15.2 14H.8z" class="fill rounded" />
      <path d="M8 5.9v4" class="cut" />
      <path d="M8 12v.05" class="cut" />
    </>
  ),
  bad: (
    <>
      <path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" class="fill" />
      <path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" class="cut" />
    </>
  ),
};

/** A hand that holds a dot. */
export function Brand() {
  return (
    <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M8.5 3.5H4.5v17h4M15.5 3.5h4v17h-4" class="brand-hold" />
      <circle cx="12" cy="12" r="3.6" class="brand-dot" />
    </svg>
  );
}

export function Icon({ name }: { name: keyof typeof ICONS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {ICONS[name]}
    </svg>
  );
}

const ICONS = {
  sun: (
    <path d="M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M3 13l1.1-1.1M11.9 4.1 13 3" />
  ),
  moon: <path d="M13.5 9.7A5.9 5.9 0 0 1 6.3 2.5a5.9 5.9 0 1 0 7.2 7.2z" />,
  auto: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 2.2v11.6a5.8 5.8 0 0 0 0-11.6z" class="solid" />
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="6.3" />
      <path d="M6.2 6.2a1.9 1.9 0 1 1 2.7 1.8c-.6.3-.9.7-.9 1.3M8 11.4v.05" />
    </>
  ),
  back: <path d="M9.5 3.5 5 8l4.5 4.5" />,
  down: <path d="M8 3v9.5M4 8.7l4 4 4-4" />,
  close: <path d="M4 4l8 8M12 4l-8 8" />,
  plus: <path d="M8 3v10M3 8h10" />,
  chevron: <path d="M6 3.5 10.5 8 6 12.5" />,
} as const;

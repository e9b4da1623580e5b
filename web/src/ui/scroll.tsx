import type { ComponentChildren } from 'preact';

interface Props {
  /** What is in it, for those who do not see it. */
  readonly label: string;
  readonly class: string;
  readonly children: ComponentChildren;
}

/** Something larger than its place: the arrow keys move it once it has the focus. */
export function Scroll({ label, class: name, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus nobody could scroll it by keyboard (WCAG 2.1.1)
    <section class={name} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** Text as it was written, line by line. */
export function Verbatim({ label, text, class: name = 'verbatim' }: { label: string; text: string; class?: string }) {
  return (
    <Scroll label={label} class={name}>
      <pre>{text}</pre>
    </Scroll>
  );
}

import type { ComponentChildren } from 'preact';

/** What a panel says by name; a value of null is not said. */
export type Facts = readonly (readonly [name: string, value: ComponentChildren])[];

/** A panel of facts; `id` names its title for screen readers. */
export function FactsPanel({ id, title, facts }: { id: string; title: string; facts: Facts }) {
  return (
    <section class="panel about" aria-labelledby={id}>
      <h2 id={id} class="panel-title">
        {title}
      </h2>
      <dl class="about-facts">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}

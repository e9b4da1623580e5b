// A scrape, read by a parser that others made.
import { createRequire } from 'node:module';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels?: Labels;
  readonly value: string;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly metrics: readonly Sample[];
}

// It ships no types.
const require = createRequire(import.meta.url);
const parse = require('parse-prometheus-text-format') as (text: string) => Family[];

export class Scrape {
  /** A histogram is three of them: the parser drops the labels of one that it knows as such, so it is not told. */
  readonly families: readonly Family[];

  constructor(text: string) {
    this.families = parse(text.replace(/^# TYPE \S+ histogram\n/gm, ''));
  }

  /** The sum over the series that have these labels, whatever others they have; null where there is none. */
  value(name: string, labels: Labels = {}): number | null {
    const samples = this.families.find(family => family.name === name)?.metrics ?? [];
    const found = samples.filter(sample =>
      Object.entries(labels).every(([key, value]) => sample.labels?.[key] === value),
    );
    return found.length === 0 ? null : found.reduce((sum, { value }) => sum + Number(value), 0);
  }
}

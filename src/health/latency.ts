/** What one instance did over the last five minutes. Times in milliseconds; null while no answer is in the window. */
export interface LatencySummary {
  /** Answers and failures together. */
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Failures as a share of `count`, 0 to 1; 0 while the window is empty. */
  readonly errorRate: number;
}

const SLICE_MS = 10_000;
const SLICES = 30;

// 32 steps between a power of two and the next make a step at most 1/32 of its value wide,
// so its middle is within 1.6 % of everything in it.
const STEP_BITS = 5;
const STEPS = 1 << STEP_BITS;

// Whole microseconds keep the arithmetic in 32 bits; that ends at 71 minutes, far over any deadline of a call.
const MAX_MICROS = 2 ** 32 - 1;

interface Slice {
  readonly number: number;
  count: number;
  failed: number;
  // Sparse: the times of one server lie close together, and most servers are idle.
  readonly steps: Map<number, number>;
}

/**
 * Response times and failures of the last five minutes, in 30 slices of 10 s: the oldest falls out as a whole,
 * so the window is 290 to 300 s long. Percentiles are within 2 % (or 1 µs) of the exact nearest-rank ones.
 * Memory is bounded by the number of distinct steps (896 a slice), whatever the number of calls.
 */
export class LatencyWindow {
  private slices: Slice[] = [];

  /**
   * Notes one finished call or probe. `now` is monotonic milliseconds, `ms` how long it took.
   *
   * `failed` counts for the error rate only: a call rejected at once, or cut off by its deadline, says nothing about
   * how fast the server answers. A tool's own `isError: true` is an answer, not a failure: pass `false` for it.
   */
  record(now: number, ms: number, failed: boolean): void {
    const slice = this.sliceAt(now);
    slice.count += 1;
    if (failed) {
      slice.failed += 1;
      return;
    }
    const step = stepOf(ms);
    slice.steps.set(step, (slice.steps.get(step) ?? 0) + 1);
  }

  /** The window as it stands at `now` (monotonic milliseconds). */
  summary(now: number): LatencySummary {
    this.dropOld(now);
    const merged = new Map<number, number>();
    let count = 0;
    let failed = 0;
    for (const slice of this.slices) {
      count += slice.count;
      failed += slice.failed;
      for (const [step, times] of slice.steps) merged.set(step, (merged.get(step) ?? 0) + times);
    }
    const ascending = [...merged].sort(([a], [b]) => a - b);
    const answered = count - failed;
    return {
      count,
      p50: percentile(ascending, answered, 50),
      p95: percentile(ascending, answered, 95),
      p99: percentile(ascending, answered, 99),
      errorRate: count === 0 ? 0 : failed / count,
    };
  }

  /** Forgets everything: after a suspend, a clock jump or a restart. */
  clear(): void {
    this.slices = [];
  }

  private sliceAt(now: number): Slice {
    const number = Math.floor(now / SLICE_MS);
    const last = this.slices.at(-1);
    // A time before the last slice cannot come from a monotonic clock; it is counted there rather than lost.
    if (last !== undefined && number <= last.number) return last;
    this.dropOld(now);
    const slice: Slice = { number, count: 0, failed: 0, steps: new Map() };
    this.slices.push(slice);
    return slice;
  }

  private dropOld(now: number): void {
    const oldest = Math.floor(now / SLICE_MS) - SLICES + 1;
    while (this.slices[0] !== undefined && this.slices[0].number < oldest) this.slices.shift();
  }
}

/** Below 64 µs every microsecond has a step of its own; from there on, every doubling is cut into 32. */
function stepOf(ms: number): number {
  const micros = Math.min(Math.max(Math.round(ms * 1_000), 0), MAX_MICROS);
  if (micros < STEPS) return micros;
  const shift = 31 - Math.clz32(micros) - STEP_BITS;
  return shift * STEPS + (micros >>> shift);
}

/** The middle of a step, in milliseconds. */
function middleOf(step: number): number {
  if (step < STEPS * 2) return step / 1_000;
  const shift = Math.floor(step / STEPS) - 1;
  const lowest = (step - shift * STEPS) * 2 ** shift;
  return (lowest + (2 ** shift - 1) / 2) / 1_000;
}

/** Nearest rank: the smallest time that at least `percent` of all answers do not exceed. */
function percentile(ascending: readonly (readonly [number, number])[], total: number, percent: number): number | null {
  // Whole numbers before the division: 0.95 × 20 is not 19 in floating point everywhere.
  const rank = Math.ceil((percent * total) / 100);
  let seen = 0;
  for (const [step, times] of ascending) {
    seen += times;
    if (seen >= rank) return middleOf(step);
  }
  return null;
}

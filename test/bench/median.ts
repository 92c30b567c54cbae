/** What several runs of one measurement say. */
export interface Figure {
  readonly median: number;
  readonly worst: number;
  readonly runs: number;
}

/** Sums measurements up; rounded to hundredths. */
export function figureOf(values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: round(middle(sorted)), worst: round(sorted.at(-1) ?? Number.NaN), runs: sorted.length };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function middle(sorted: readonly number[]): number {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

// A workload: something both sides do, shown to come to the same before it is timed, and what our side should be worth.

/** What the figures count. */
export type Unit = 'µs' | 'ms' | 'ns/unit' | 'KiB';

export interface Row {
  readonly name: string;
  /** Their figure divided by ours: above 1 we are ahead. */
  readonly ratio: number;
  /** The least ratio that is good enough; null where none was set. */
  readonly goal: number | null;
  readonly ours: number;
  readonly theirs: number;
  readonly unit: Unit;
}

export interface Workload {
  /** The beginning of its rows' names: what `--only` looks for. */
  readonly name: string;
  /** Checks that both sides agree, takes the figures. */
  run(): Row[] | Promise<Row[]>;
}

const PER_MILLISECOND: { readonly [unit in Unit]?: number } = { µs: 1000, ms: 1 };

/** A row of figures in milliseconds. */
export function rowOf(
  name: string,
  goal: number | null,
  figures: { readonly ours: number; readonly theirs: number },
  unit: 'µs' | 'ms' = 'µs',
): Row {
  const scale = PER_MILLISECOND[unit] ?? 1;
  const { ours, theirs } = figures;
  return { name, ratio: theirs / ours, goal, ours: ours * scale, theirs: theirs * scale, unit };
}

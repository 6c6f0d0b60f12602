/** What a desk wants to reach, out of its settings. */

type Targets = Record<string, { value: number } | undefined>;

/** The target of a variant, or that of the metric as a whole; undefined where there is none. */
export const targetOf = (targets: Targets, metric: string, variant?: string): number | undefined =>
  (variant ? targets[`${metric}:${variant}`]?.value : undefined) ?? targets[metric]?.value;

/** The variant that measures one kind of clock by itself. */
export function variantOf(clock: string): string | undefined {
  if (clock === 'first_reply' || clock === 'next_reply') return clock;
  return clock === 'total_resolution' || clock === 'net_resolution' ? 'resolution' : undefined;
}

/** Statistics in words. */
import { i18n, t } from '$lib/i18n/i18n.svelte';
import { quantile } from '../view';

/** A statistic as people call it: `p90` → 90th percentile. */
export function statisticTitle(name: string): string {
  const share = quantile(name);
  if (share !== undefined && name !== 'median') return t('explore.percentile', { n: share });
  return i18n.maybe(`explore.stat.${name}`, name);
}

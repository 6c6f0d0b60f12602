/** One sentence about curves of percentiles. */
import { value } from '$lib/format/format';
import { t } from '$lib/i18n/i18n.svelte';
import { curveTitle } from './draw';
import type { Panel } from './panel';
import { curves } from './quantiles';

/** Within which value half of the cases lie, and nine of ten. */
export function overPercentiles(panel: Panel): string {
  const all = curves(panel).filter(({ serie }) => !serie.compared);
  const sentences = all.slice(0, 3).flatMap((curve) => {
    const unit = panel.metas[curve.serie.cell]?.unit ?? 'seconds';
    const at = (share: number) => curve.points.find((point) => point.at === share)?.value;
    const [half, most] = [at(50), at(90)];
    if (half === undefined || most === undefined) return [];
    return [
      t('explore.summary.percentiles', {
        what: curveTitle(panel, curve),
        half: value(half, unit),
        most: value(most, unit),
      }),
    ];
  });
  return sentences.join(' ') || t('explore.summary.none');
}

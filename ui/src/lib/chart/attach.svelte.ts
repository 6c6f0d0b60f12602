/** The one place that owns a chart: starts it, hands it whole options, resizes it, ends it. */
import type { ECElementEvent, EChartsType } from 'echarts/core';
import type { EChartsOption } from 'echarts';
import type { Attachment } from 'svelte/attachments';
import { nearest } from './nearest';
import { readTheme, type ChartTheme } from './theme';

/** An option from data and colours; pure, so that tests need no browser. */
export type Draw = (theme: ChartTheme) => EChartsOption;

/** What was pressed: the position of the series among all that are drawn, and of the point in it. */
export interface Pressed {
  series: number;
  at: number;
  /** The id the option gave the series. */
  id?: string;
}

const reduced = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Draws into the element it is attached to; `draw` is called again whenever what it reads changes. */
export function chart(
  draw: () => Draw,
  dark: () => boolean,
  onpress?: (pressed: Pressed) => void,
): Attachment<HTMLElement> {
  return (element) => {
    let drawn: EChartsType | undefined;
    let ended = false;
    const resized = new ResizeObserver(() => drawn?.resize());
    const show = (make: Draw) => {
      if (!drawn) return;
      const option = { animation: !reduced(), animationDuration: 300, ...make(readTheme(element)) };
      drawn.setOption(option, { notMerge: true });
    };
    let newest: Draw | undefined;
    void import('./echarts').then(({ core }) => {
      if (ended) return;
      drawn = core.init(element, undefined, { renderer: 'canvas' });
      if (onpress) {
        const own = drawn;
        let heard = false;
        own.on('click', (event: ECElementEvent) => {
          if (event.componentType !== 'series') return;
          heard = true;
          onpress({ series: event.seriesIndex ?? 0, at: event.dataIndex, id: event.seriesId });
        });
        // Between the points of lines, the nearest one is meant.
        own.getZr().on('click', ({ offsetX, offsetY }) => {
          const pressed = heard ? undefined : nearest(own, offsetX, offsetY);
          heard = false;
          if (pressed) onpress(pressed);
        });
      }
      resized.observe(element);
      if (newest) show(newest);
    });
    $effect(() => {
      dark();
      newest = draw();
      show(newest);
    });
    return () => {
      ended = true;
      resized.disconnect();
      drawn?.dispose();
    };
  };
}

/** The chart as a picture of its own, drawn beside the page. */
export async function picture(
  draw: Draw,
  theme: ChartTheme,
  kind: 'png' | 'svg',
  size: { width: number; height: number },
): Promise<Blob> {
  const { core } = await import('./echarts');
  const off = { ...draw(theme), animation: false, backgroundColor: theme.surface };
  if (kind === 'svg') {
    const made = core.init(null, undefined, { renderer: 'svg', ssr: true, ...size });
    made.setOption(off);
    const text = made.renderToSVGString();
    made.dispose();
    return new Blob([text], { type: 'image/svg+xml' });
  }
  const made = core.init(document.createElement('div'), undefined, { renderer: 'canvas', ...size });
  made.setOption(off);
  const canvas = made.renderToCanvas({ pixelRatio: 2 });
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  made.dispose();
  if (!blob) throw new Error('the picture could not be made');
  return blob;
}

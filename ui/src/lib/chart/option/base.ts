/** What all charts have in common. */
import type { EChartsOption } from 'echarts';
import type { ChartTheme } from '../theme';

/** Text and lines in the page's colours; `aria` for screen readers, with patterns where asked. */
export function base(theme: ChartTheme): EChartsOption {
  return {
    color: theme.series,
    textStyle: { fontFamily: theme.font, color: theme.ink },
    grid: { left: 8, right: 16, top: 16, bottom: 4, outerBoundsMode: 'same' },
    aria: { enabled: true },
  };
}

/** The look of an axis. */
export function axis(theme: ChartTheme) {
  return {
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    axisLabel: { color: theme.muted, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: theme.line } },
  };
}

/** The look of a tooltip. */
export function tooltip(theme: ChartTheme) {
  return {
    backgroundColor: theme.surface,
    borderColor: theme.line,
    textStyle: { color: theme.ink, fontFamily: theme.font, fontSize: 13 },
    confine: true,
  };
}

/** A tooltip's content as elements, so that text from data stays text. */
export function lines(
  title: string,
  rows: { color?: string; name: string; text: string }[],
): HTMLElement {
  const box = document.createElement('div');
  const head = document.createElement('strong');
  head.textContent = title;
  box.append(head);
  for (const { color, name, text } of rows) {
    const line = document.createElement('div');
    const dot = document.createElement('span');
    dot.textContent = '● ';
    dot.style.color = color ?? 'inherit';
    const words = document.createElement('span');
    words.textContent = name ? `${name}: ${text}` : text;
    if (color) line.append(dot);
    line.append(words);
    box.append(line);
  }
  return box;
}

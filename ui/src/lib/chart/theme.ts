/** The page's colours as a chart needs them: plain values, because a canvas knows no variables. */
export interface ChartTheme {
  ink: string;
  muted: string;
  line: string;
  surface: string;
  sunken: string;
  accent: string;
  good: string;
  bad: string;
  font: string;
  /** Told apart by colour-blind eyes, in this order. */
  series: string[];
}

export const SERIES = 8;

/** Reads the tokens of app.css as they are in force at `element`. */
export function readTheme(element: Element): ChartTheme {
  const probe = document.createElement('i');
  probe.hidden = true;
  element.append(probe);
  const color = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const theme: ChartTheme = {
    ink: color('ink'),
    muted: color('ink-3'),
    line: color('line'),
    surface: color('surface'),
    sunken: color('sunken'),
    accent: color('accent'),
    good: color('good'),
    bad: color('bad'),
    font: getComputedStyle(element).fontFamily,
    series: Array.from({ length: SERIES }, (_, at) => color(`series-${at + 1}`)),
  };
  probe.remove();
  return theme;
}

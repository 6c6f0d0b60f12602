/** One row of `Bars`. */
export interface Bar {
  key: string;
  label: string;
  value: number | null | undefined;
  /** The value in words. */
  words: string;
  /** The value with every digit. */
  exact?: string;
  /** The tickets behind it; absent where there are none. */
  href?: string;
  /** What the link says to those who only hear it. */
  open?: string;
  /** A second, quieter number. */
  aside?: string;
  /** A colour by its token: `var(--series-2)`. */
  color?: string;
}

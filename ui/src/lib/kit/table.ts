/** A column of a table. */
export interface Column<R> {
  key: string;
  title: string;
  /** Numbers stand to the right. */
  number?: boolean;
  text?: (row: R) => string;
  /** Full precision, for a hover. */
  hint?: (row: R) => string;
}

/** A column of a table of any length. */
export interface WideColumn<R> extends Column<R> {
  /** A track of the grid: `120px`, `minmax(90px, 1fr)`. */
  width?: string;
  sortable?: boolean;
}

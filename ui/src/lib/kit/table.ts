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

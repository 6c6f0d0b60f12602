/** The catalogue in English, which every other language translates key by key. */
import { common } from './common';

export const en = { ...common };

export type Key = keyof typeof en;

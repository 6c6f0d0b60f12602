/** The catalogue in English, which every other language translates key by key. */
import { common } from './common';
import { values } from './values';

export const en = { ...common, ...values };

export type Key = keyof typeof en;

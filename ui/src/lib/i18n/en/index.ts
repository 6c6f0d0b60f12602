/** The catalogue in English, which every other language translates key by key. */
import { common } from './common';
import { values } from './values';
import { scorecard } from './scorecard';

export const en = { ...common, ...scorecard, ...values };

export type Key = keyof typeof en;

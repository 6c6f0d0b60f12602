/** The catalogue in English, which every other language translates key by key. */
import { common } from './common';
import { home } from './home';
import { values } from './values';
import { ticket } from './ticket';
import { scorecard } from './scorecard';

export const en = { ...common, ...home, ...scorecard, ...values, ...ticket };

export type Key = keyof typeof en;

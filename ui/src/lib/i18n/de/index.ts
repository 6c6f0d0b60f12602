/** The catalogue in German. */
import type { Key } from '../en';
import { common } from './common';
import { home } from './home';
import { metrics } from './metrics';
import { values } from './values';
import { ticket } from './ticket';
import { scorecard } from './scorecard';

const words: Record<Key, string> = { ...common, ...home, ...scorecard, ...values, ...ticket };

/** Words of the interface, and titles of metrics, which the server has in English. */
export const de: Record<string, string> = { ...words, ...metrics };

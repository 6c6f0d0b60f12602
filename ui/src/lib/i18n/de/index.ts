/** The catalogue in German. */
import type { Key } from '../en';
import { common } from './common';
import { metrics } from './metrics';
import { values } from './values';
import { scorecard } from './scorecard';

const words: Record<Key, string> = { ...common, ...scorecard, ...values };

/** Words of the interface, and titles of metrics, which the server has in English. */
export const de: Record<string, string> = { ...words, ...metrics };

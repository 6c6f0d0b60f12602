/** The catalogue in German. */
import type { Key } from '../en';
import { common } from './common';
import { metrics } from './metrics';

const words: Record<Key, string> = { ...common };

/** Words of the interface, and titles of metrics, which the server has in English. */
export const de: Record<string, string> = { ...words, ...metrics };

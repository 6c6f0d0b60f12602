/** The catalogue in German. */
import type { Key } from '../en';
import { backlog } from './backlog';
import { checks } from './checks';
import { common } from './common';
import { imports } from './import';
import { jobs } from './jobs';
import { privacy } from './privacy';
import { settings } from './settings';
import { sources } from './sources';
import { dimensions } from './dimensions';
import { explore } from './explore';
import { home } from './home';
import { scope } from './scope';
import { metrics } from './metrics';
import { sla } from './sla';
import { values } from './values';
import { ticket } from './ticket';
import { cell } from './cell';
import { scorecard } from './scorecard';
import { dictionary } from './dictionary';
import { side } from './side';

const words: Record<Key, string> = {
  ...common,
  ...side,
  ...imports,
  ...jobs,
  ...privacy,
  ...settings,
  ...sources,
  ...explore,
  ...backlog,
  ...home,
  ...scope,
  ...scorecard,
  ...sla,
  ...values,
  ...ticket,
  ...cell,
  ...dictionary,
};

/** Words of the interface, and titles of metrics, which the server has in English. */
export const de: Record<string, string> = { ...words, ...checks, ...metrics, ...dimensions };

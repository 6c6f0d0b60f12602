/** The catalogue in English, which every other language translates key by key. */
import { backlog } from './backlog';
import { common } from './common';
import { imports } from './import';
import { jobs } from './jobs';
import { privacy } from './privacy';
import { settings } from './settings';
import { sources } from './sources';
import { explore } from './explore';
import { home } from './home';
import { scope } from './scope';
import { sla } from './sla';
import { values } from './values';
import { ticket } from './ticket';
import { cell } from './cell';
import { scorecard } from './scorecard';
import { dictionary } from './dictionary';
import { side } from './side';

export const en = {
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

export type Key = keyof typeof en;

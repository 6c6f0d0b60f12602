/** Short names for the generated schemas; nothing is described here a second time. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Answer = Schemas['Answer'];
export type Cell = Schemas['Cell'];
export type Description = Schemas['Description'];
export type Drill = Schemas['Drill'];
export type Freshness = Schemas['Freshness'];
export type Metric = Schemas['Metric'];
export type MetricMeta = Schemas['MetricMeta'];
export type Outcome = Schemas['Outcome'];
export type Period = Schemas['Period'];
export type Problem = Schemas['Problem'];
export type Question = Schemas['Question'];
export type Row = Schemas['Row'];
export type TicketPage = Schemas['TicketPage'];
export type TicketRow = Schemas['TicketRow'];
export type Unit = Schemas['Unit'];
export type Good = Schemas['Good'];

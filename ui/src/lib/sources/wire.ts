/** Sources and checks as the server describes them. */
export interface SourceState {
  source: string;
  tickets: number;
  first_created_at?: string | null;
  last_event_at?: string | null;
  last_seen_at?: string | null;
}
export interface Check {
  code: string;
  title: string;
  text: string;
  count: number;
  of: number;
  filter?: string | null;
}

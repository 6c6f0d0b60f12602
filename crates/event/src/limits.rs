//! Every limit of this room, quoted in the error that it causes.

/// Bytes of an id: of an event, a ticket, a source, an actor, a team.
pub const ID_BYTES_MAX: usize = 512;

/// Bytes of a name or value: channel, priority, group, tag, field name…
pub const NAME_BYTES_MAX: usize = 1024;

/// Bytes of a custom field's value.
pub const VALUE_BYTES_MAX: usize = 64 * 1024;

/// Bytes of a message's text.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// Tags in one event.
pub const TAGS_MAX: usize = 1000;

/// Custom fields in one event.
pub const EXTRA_FIELDS_MAX: usize = 500;

/// Bytes of one event on the wire.
pub const EVENT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Events in one batch on the wire.
pub const BATCH_EVENTS_MAX: usize = 100_000;

/// First instant that an event may carry: 1970-01-01T00:00:00Z.
pub const INSTANT_MIN_MICROS: i64 = 0;

/// First instant that an event may no longer carry: 2200-01-01T00:00:00Z.
pub const INSTANT_END_MICROS: i64 = 7_258_118_400_000_000;

/// First local year for which a business calendar is materialised; closed before it.
pub const CALENDAR_YEAR_MIN: i16 = 1990;

/// Last local year for which a business calendar is materialised; closed after it.
pub const CALENDAR_YEAR_MAX: i16 = 2060;

/// Versions of one business calendar.
pub const CALENDAR_VERSIONS_MAX: usize = 1000;

/// Holidays in one version of a business calendar.
pub const CALENDAR_HOLIDAYS_MAX: usize = 20_000;

/// Intervals of one weekday or holiday.
pub const CALENDAR_INTERVALS_MAX: usize = 48;

/// Bytes of an iCalendar file.
pub const ICS_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Days that one event of an iCalendar file may cover.
pub const ICS_EVENT_DAYS_MAX: i64 = 366;

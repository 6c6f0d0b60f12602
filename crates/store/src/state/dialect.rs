//! What SQLite and PostgreSQL say differently; every other statement has one text for both.

use sqlx::AnyConnection;

/// Which database holds the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// Waits until no other process of this schema changes segments.
pub(crate) const LOCK_UPKEEP: &str =
    "SELECT pg_advisory_lock(1684370284, hashtext(current_schema()))";
/// The same without waiting; tells whether it was granted.
pub(crate) const TRY_LOCK_UPKEEP: &str =
    "SELECT pg_try_advisory_lock(1684370284, hashtext(current_schema()))";

impl Dialect {
    /// That of a connection or transaction.
    pub(crate) fn of(connection: &AnyConnection) -> Self {
        if connection.backend_name() == "SQLite" { Self::Sqlite } else { Self::Postgres }
    }

    /// Connections of one process.
    pub(super) const fn connections(self) -> u32 {
        match self {
            Self::Sqlite => 4,
            Self::Postgres => 8,
        }
    }

    /// What every new connection is told.
    pub(super) const fn settings(self) -> &'static str {
        match self {
            // FULL: what was accepted survives a power cut, not only a crash of the process.
            // The log is copied by a task of ours (`State::tidy`), and by a commit only where that
            // does not get along: at 128 MiB.
            Self::Sqlite => {
                "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;
                 PRAGMA wal_autocheckpoint = 32768"
            }
            // A server may be set up to lose its last commits; we may not. Whoever dies or hangs
            // with the write lock gives it back within a minute.
            Self::Postgres => {
                "SELECT set_config('synchronous_commit', 'on', false)
                     WHERE current_setting('synchronous_commit') IN ('off', 'local');
                 SET idle_in_transaction_session_timeout = '60s';
                 SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;
                 SET tcp_keepalives_count = 3"
            }
        }
    }

    /// Begins a transaction with the write lock.
    pub(super) const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            // One lock for all writers of a schema, freed at the end: what is numbered under it
            // becomes visible in the order of the numbers. The constant spells "desk".
            Self::Postgres => {
                "BEGIN; SELECT pg_advisory_xact_lock(1684370283, hashtext(current_schema()))"
            }
        }
    }

    /// Begins a transaction with a lock on the tickets' numbers; `None` where there is but one.
    pub(super) const fn begin_numbering(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            // A bulk import holds it while it folds, and says nothing meanwhile.
            Self::Postgres => Some(
                "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0;
                 SELECT pg_advisory_xact_lock(1684370285, hashtext(current_schema()))",
            ),
        }
    }

    /// Begins a transaction that reads one state.
    pub(super) const fn begin_reading(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Looks up keys: `$1` is one blob of 16-byte keys, `$2` their count. Answers places and
    /// numbers in turn, as one text: many rows would come over a channel, a few at a time.
    pub(super) const fn find_numbers(self) -> &'static str {
        match self {
            // CROSS JOIN keeps the order: each key is looked up, the table never read through.
            Self::Sqlite => {
                "WITH RECURSIVE i(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM i WHERE n + 1 < $2)
                 SELECT group_concat(n || ' ' || number, ' ') FROM i CROSS JOIN ticket
                    ON ticket.key = substr($1, n * 16 + 1, 16)"
            }
            Self::Postgres => {
                "SELECT string_agg(n || ' ' || number, ' ') FROM generate_series(0, $2 - 1) AS i(n)
                 CROSS JOIN LATERAL (SELECT number FROM ticket
                    WHERE key = substr($1, n::int * 16 + 1, 16) OFFSET 0) AS found"
            }
        }
    }

    /// Stores numbers: `$1` is one blob of 16-byte keys, `$2` a JSON array of their numbers.
    pub(super) const fn insert_numbers(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "INSERT INTO ticket (key, number)
                 SELECT substr($1, key * 16 + 1, 16), value FROM json_each($2)"
            }
            Self::Postgres => {
                "INSERT INTO ticket (key, number)
                 SELECT substr($1, (n - 1)::int * 16 + 1, 16), value::bigint
                 FROM json_array_elements_text($2::json) WITH ORDINALITY AS list(value, n)"
            }
        }
    }

    /// Removes rows of the inbox: `$1` is a JSON array of their numbers.
    pub(super) const fn remove_batches(self) -> &'static str {
        match self {
            Self::Sqlite => "DELETE FROM inbox WHERE batch IN (SELECT value FROM json_each($1))",
            Self::Postgres => {
                "DELETE FROM inbox WHERE batch IN
                    (SELECT value::bigint FROM json_array_elements_text($1::json) AS list(value))"
            }
        }
    }

    /// Removes rows of the quarantine: `$1` is a JSON array of their numbers.
    pub(super) const fn remove_quarantined(self) -> &'static str {
        match self {
            Self::Sqlite => "DELETE FROM quarantine WHERE id IN (SELECT value FROM json_each($1))",
            Self::Postgres => {
                "DELETE FROM quarantine WHERE id IN
                    (SELECT value::bigint FROM json_array_elements_text($1::json) AS list(value))"
            }
        }
    }
}

//! The table of settings.

/// What a setting's value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A path; a relative one starts at the file that names it.
    Path,
    /// Free text.
    Text,
    /// An IANA time zone name.
    Zone,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number within these bounds, both included.
    Number(u64, u64),
    /// A socket address, `host:port`.
    Address,
    /// An address of PostgreSQL, which may hold a password and is never shown.
    State,
    /// `true` or `false`.
    Flag,
}

impl Shape {
    /// The shape in words, for messages and the reference.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Path => "path".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Zone => "IANA time zone".to_owned(),
            Self::OneOf(words) => words.join(" | "),
            Self::Number(min, max) => format!("whole number, {min} to {max}"),
            Self::Address => "address:port".to_owned(),
            Self::State => "postgres://user:password@host:5432/database".to_owned(),
            Self::Flag => "true | false".to_owned(),
        }
    }
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Dotted name in the file.
    pub(crate) name: &'static str,
    /// What its value looks like.
    pub(crate) shape: Shape,
    /// Its value when nobody sets it; empty means none.
    pub(crate) default: &'static str,
    /// What it does.
    #[cfg_attr(not(test), expect(dead_code, reason = "the reference is written by a test"))]
    pub(crate) words: &'static str,
}

impl Key {
    /// The environment variable that sets it.
    pub(crate) fn variable(&self) -> String {
        format!("DESKMETER_{}", self.name.replace('.', "_").to_uppercase())
    }
}

/// Every setting there is.
pub(crate) const KEYS: &[Key] = &[
    Key {
        name: "data",
        shape: Shape::Path,
        default: "data",
        words: "Folder with everything Deskmeter keeps: state.db and the fact tables.",
    },
    Key {
        name: "state",
        shape: Shape::State,
        default: "",
        words: "PostgreSQL database for everything but the fact tables, which several processes \
                share; without it, the file state.db in the data folder. It may hold a password: \
                set it by its variable or a file that only Deskmeter can read.",
    },
    Key {
        name: "policies",
        shape: Shape::Path,
        default: "",
        words: "YAML file with calendars, SLA policies, sessions and roles; taken when the data \
                folder is created, afterwards by `deskmeter rebuild --policies`.",
    },
    Key {
        name: "metrics",
        shape: Shape::Path,
        default: "",
        words: "Folder with metric definitions of your own; one with a shipped name replaces it.",
    },
    Key {
        name: "mappings",
        shape: Shape::Path,
        default: "",
        words: "Folder with mapping files, so that `deskmeter check` can check them.",
    },
    Key {
        name: "hooks",
        shape: Shape::Path,
        default: "",
        words: "Folder with the files of webhooks: who may send them, and by which mapping they are read.",
    },
    Key {
        name: "backups",
        shape: Shape::Path,
        default: "",
        words: "Folder that a running server writes backups to; the folder `backups` in the data \
                folder where absent. Another disk is better.",
    },
    Key {
        name: "zone",
        shape: Shape::Zone,
        default: "UTC",
        words: "Time zone of a question that names none.",
    },
    Key {
        name: "week_start",
        shape: Shape::OneOf(&[
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ]),
        default: "monday",
        words: "First day of the week.",
    },
    Key {
        name: "serve.listen",
        shape: Shape::Address,
        default: "127.0.0.1:8080",
        words: "Where the API listens. Only loopback addresses, until there is authentication.",
    },
    Key {
        name: "serve.connections",
        shape: Shape::Number(1, 100_000),
        default: "512",
        words: "Connections at the same time; more wait until one is closed.",
    },
    Key {
        name: "serve.header_seconds",
        shape: Shape::Number(1, 3600),
        default: "30",
        words: "Time a client may take for the head of a request, or rest between two, in seconds.",
    },
    Key {
        name: "serve.pause_seconds",
        shape: Shape::Number(1, 3600),
        default: "30",
        words: "Time a client may pause while it sends a body or takes an answer, in seconds.",
    },
    Key {
        name: "serve.work",
        shape: Shape::Flag,
        default: "true",
        words: "Whether a server also does what runs on its own; otherwise `deskmeter work` does.",
    },
    Key {
        name: "store.segment_tickets",
        shape: Shape::Number(2, 1_048_576),
        default: "131072",
        words: "Tickets in a segment of a data folder that is made now; one that exists keeps \
                its own.",
    },
    Key {
        name: "store.seal_tickets",
        shape: Shape::Number(1, 1_048_576),
        default: "8192",
        words: "Changed tickets of one segment after which it is written anew.",
    },
    Key {
        name: "ingest.body_mb",
        shape: Shape::Number(1, 1024),
        default: "32",
        words: "Size of one body that is read whole, unpacked, in MiB: an event, a batch, a webhook.",
    },
    Key {
        name: "ingest.stream_mb",
        shape: Shape::Number(1, 1_048_576),
        default: "1024",
        words: "Size of one body of JSON lines, unpacked, in MiB; it is kept piece by piece.",
    },
    Key {
        name: "ingest.memory_mb",
        shape: Shape::Number(1, 65_536),
        default: "256",
        words: "Memory of all bodies being read together, in MiB; beyond it requests are told to come back.",
    },
    Key {
        name: "ingest.requests",
        shape: Shape::Number(1, 100_000),
        default: "1024",
        words: "Requests that bring events in, at the same time; more are told to come back.",
    },
    Key {
        name: "ingest.client_rate",
        shape: Shape::Number(0, 100_0000),
        default: "0",
        words: "Requests a second that one client may bring events in with; 0 = as many as it likes.",
    },
    Key {
        name: "limits.threads",
        shape: Shape::Number(0, 1024),
        default: "0",
        words: "Worker threads; 0 = one for each core.",
    },
    Key {
        name: "limits.question_memory_mb",
        shape: Shape::Number(64, 1_048_576),
        default: "1024",
        words: "Memory that questions may use together, in MiB; beyond it they spill to disk.",
    },
    Key {
        name: "limits.question_seconds",
        shape: Shape::Number(1, 3600),
        default: "60",
        words: "Time one question may take, in seconds.",
    },
    Key {
        name: "log.filter",
        shape: Shape::Text,
        default: "warn",
        words: "Which log lines are written to standard error, for example `info,store=debug`.",
    },
    Key {
        name: "log.format",
        shape: Shape::OneOf(&["text", "json"]),
        default: "text",
        words: "How log lines look.",
    },
    Key {
        name: "trace.endpoint",
        shape: Shape::Text,
        default: "",
        words: "OpenTelemetry collector that traces are sent to, as protobuf over plain HTTP, for \
                example `http://127.0.0.1:4318`; the variable OTEL_EXPORTER_OTLP_ENDPOINT says \
                the same. Without it nothing is sent.",
    },
];

/// The variable that names the configuration file itself.
pub(crate) const CONFIG_VARIABLE: &str = "DESKMETER_CONFIG";

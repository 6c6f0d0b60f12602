//! The laws of the fold, on histories drawn at random.

use crate::history::folder;
use event::{
    Actor, Change, Created, Direction, Entry, EscalationKind, Instant, Kind, Message, Role, Score,
    Status, Tags, Text, Visibility,
};
use facts::explain::SegmentState;
use facts::timeline::{TimelineReader, arrange, merge};
use facts::{Folder, Table, TablesBuilder};
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::LazyLock;

const POLICIES: &str = "
calendars:
  - name: berlin
    zone: Europe/Berlin
    versions: [{hours: {mon-fri: ['09:00-12:00', '13:30-18:00'], sat: ['22:00-02:00']}}]
  - {name: all, zone: UTC, versions: [{hours: 24x7}]}
default_calendar: berlin
sla:
  - name: High
    versions: [{when: {priority: high}, calendar: 24x7, pause: [pending, on_hold],
      targets: {first_reply: 1h, next_reply: 1h, net_resolution: 4h, total_resolution: 8h}}]
  - name: Rest
    versions: [{targets: {first_reply: {low: 9h, default: 4h}, periodic_update: 2h,
      pausable_update: 2h, requester_wait: 8h, agent_work: 8h, net_resolution: 8h}}]
";

fn text(values: &'static [&'static str]) -> impl Strategy<Value = Text> {
    select(values).prop_map(Text::from)
}

fn change(values: &'static [&'static str]) -> impl Strategy<Value = Change> {
    prop_oneof![Just(Change::Keep), Just(Change::Clear), text(values).prop_map(Change::Set),]
}

fn score() -> impl Strategy<Value = Score> {
    (1..=5).prop_map(|score| Score::from_thousandths(score * 1000))
}

fn status() -> impl Strategy<Value = Status> {
    select(vec![
        Status::New,
        Status::Open,
        Status::Pending,
        Status::OnHold,
        Status::Solved,
        Status::Closed,
        Status::Deleted,
        Status::Spam,
        Status::Restored,
    ])
}

fn created() -> impl Strategy<Value = Kind> {
    let priority = proptest::option::of(text(&["low", "high"]));
    let status = proptest::option::of(status());
    (any::<bool>(), priority, status).prop_map(|(outbound, priority, status)| {
        let direction = if outbound { Direction::Outbound } else { Direction::Inbound };
        let channel = Some("chat".into());
        let created = Created { direction, priority, status, channel, ..Created::default() };
        Kind::Created(Box::new(created))
    })
}

fn message() -> impl Strategy<Value = Kind> {
    let visibility = select(vec![Visibility::Public, Visibility::Public, Visibility::Internal]);
    (visibility, proptest::bool::weighted(0.1)).prop_map(|(visibility, automated)| {
        Kind::Message(Message { visibility, automated, ..Message::default() })
    })
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        2 => created(),
        8 => message(),
        6 => status().prop_map(|status| Kind::Status { status, vendor: None }),
        3 => (change(&["a1", "a2"]), change(&["g1", "g2"]))
            .prop_map(|(agent, group)| Kind::Assigned { agent, group }),
        2 => proptest::option::of(text(&["low", "high"])).prop_map(Kind::Priority),
        1 => proptest::option::of(text(&["berlin", "all", "gone"])).prop_map(Kind::Schedule),
        1 => proptest::option::of(text(&["High", "Gone"])).prop_map(Kind::Sla),
        1 => text(&["x", "y"]).prop_map(|tag| Kind::Tags(Tags::Set(vec![tag]))),
        1 => Just(Kind::CsatOffered),
        1 => score().prop_map(|score| Kind::Rated {
            score,
            scale_min: Score::from_thousandths(1000),
            scale_max: Score::from_thousandths(5000),
            agent: None,
        }),
        1 => (0..1_000_u64).prop_map(|seconds| Kind::Worked { agent: None, seconds }),
        1 => Just(Kind::Escalated { kind: EscalationKind::Functional, tier: Some(2) }),
        1 => prop_oneof![
            Just(Kind::Merged { into: "B".into() }),
            Just(Kind::Split { from: "A".into() }),
            Just(Kind::Linked { kind: "problem".into(), to: "P".into() }),
            Just(Kind::Redacted),
        ],
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let role = select(vec![Role::Requester, Role::Agent, Role::Agent, Role::Bot, Role::System]);
    let sequence = proptest::option::weighted(0.1, 0..3_u64);
    let origin = proptest::option::weighted(0.1, text(&["A"]));
    // Half-hours over three weeks around a change of the clocks; seen soon after, or days later.
    let times = (0..1000_i64, 0..200_i64);
    (0..60_u32, role, sequence, times, origin, kind()).prop_map(
        |(id, role, sequence, (at, delay), origin, kind)| {
            let half_hour = 1_800_000_000;
            let at = Instant::from_micros(1_773_800_000_000_000 + at * half_hour);
            let name = match role {
                Role::Agent => format!("a{}", id % 3),
                Role::Requester | Role::Bot | Role::System => "x".to_owned(),
            };
            Entry {
                id: format!("e{id}").into(),
                sequence,
                at,
                seen: at.plus((delay - 2) * half_hour),
                actor: Actor { id: Some(name.into()), role, team: None },
                kind,
                origin,
                extra: None,
            }
        },
    )
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    proptest::collection::vec(entry(), 0..40)
}

fn arranged(mut entries: Vec<Entry>) -> Vec<Entry> {
    arrange(&mut entries);
    entries
}

/// The folder of [`POLICIES`]; compiling calendars for each case would take most of the time.
fn sound() -> &'static Folder {
    static FOLDER: LazyLock<Folder> = LazyLock::new(|| folder(POLICIES));
    &FOLDER
}

/// The same with another policy first, valid only later.
fn changed() -> &'static Folder {
    static FOLDER: LazyLock<Folder> = LazyLock::new(|| {
        let changed = POLICIES.replace(
            "  - name: Rest\n    versions: [{targets",
            "  - name: Later\n    versions: [{from: 2030-01-01, targets: {first_reply: 1m}}]\n  \
             - name: Rest\n    versions: [{to: 2030-01-01, name: '1', targets",
        );
        assert_ne!(changed, POLICIES);
        folder(&changed)
    });
    &FOLDER
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_of_arrival_and_replays_do_not_matter(
        (entries, shuffled) in entries().prop_flat_map(|entries| {
            let twice: Vec<Entry> = entries.iter().chain(&entries).cloned().collect();
            (Just(entries), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(arranged(entries), arranged(shuffled));
    }

    #[test]
    fn batch_is_incremental((entries, cut) in entries().prop_flat_map(|entries| {
        let len = entries.len();
        (Just(entries), 0..=len)
    })) {
        let (first, rest) = entries.split_at(cut);
        let whole = arranged(entries.clone());
        let a = merge(arranged(first.to_vec()), rest.to_vec());
        let b = merge(arranged(rest.to_vec()), first.to_vec());
        prop_assert_eq!(&a, &whole);
        prop_assert_eq!(&b, &whole);
        let folder = sound();
        // Also a timeline that nobody arranged folds as if somebody had.
        let mut backwards = whole.clone();
        backwards.reverse();
        prop_assert_eq!(folder.fold("s", "T", &backwards), folder.fold("s", "T", &whole));
    }

    #[test]
    fn spans_tile_the_tickets_life(entries in entries()) {
        let facts = sound().fold("s", "T", &arranged(entries));
        let mut at = facts.ticket.created_at;
        for (place, span) in facts.spans.iter().enumerate() {
            prop_assert_eq!(span.started_at, at);
            match span.ended_at {
                Some(end) => {
                    prop_assert!(end > span.started_at);
                    at = end;
                }
                None => prop_assert_eq!(place, facts.spans.len() - 1),
            }
        }
        prop_assert_eq!(facts.spans.last().map(|span| span.ended_at), Some(None));
        prop_assert_eq!(facts.spans.last().map(|span| span.status), Some(facts.ticket.status));
    }

    #[test]
    fn segments_add_up(entries in entries()) {
        let timeline = arranged(entries);
        let now = Instant::from_micros(1_776_000_000_000_000);
        let folder = sound();
        let explained = folder.explain("s", "T", &timeline, now);
        let mut checked = 0;
        for trace in &explained.clocks {
            for pair in trace.segments.windows(2) {
                prop_assert!(pair[0].to <= pair[1].from, "{} overlaps itself", trace.name);
            }
            for segment in &trace.segments {
                let is_counted = segment.state == SegmentState::Running;
                prop_assert_eq!(segment.counted_us > 0, is_counted, "{}", trace.name);
            }
            let counted: i64 = trace.segments.iter().map(|segment| segment.counted_us).sum();
            match trace.value_us {
                Some(value) => {
                    prop_assert_eq!(counted, value, "{} {}", trace.name, trace.clock);
                    checked += 1;
                }
                None => prop_assert!(trace.why.is_some(), "{} is silent", trace.name),
            }
        }
        prop_assert!(explained.facts.is_object());
        let facts = folder.fold("s", "T", &timeline);
        let values = facts.ticket.durations.iter().filter(|measure| measure.us.is_some()).count();
        prop_assert!(checked >= values);
    }

    #[test]
    fn a_policy_rewrites_nothing_before_it_is_valid(entries in entries()) {
        let timeline = arranged(entries);
        prop_assert_eq!(
            changed().fold("s", "T", &timeline),
            sound().fold("s", "T", &timeline)
        );
    }

    #[test]
    fn what_was_knowable_then_does_not_change(entries in entries(), later in entries()) {
        let known = Instant::from_micros(1_774_500_000_000_000);
        let before = |entries: &[Entry]| -> Vec<Entry> {
            entries.iter().filter(|entry| entry.seen <= known).cloned().collect()
        };
        let later: Vec<Entry> = later
            .into_iter()
            .map(|entry| Entry { seen: entry.seen.max(known.plus(1)), ..entry })
            .collect();
        let first = arranged(entries);
        let both = merge(first.clone(), later);
        prop_assert_eq!(before(&first), before(&both));
    }

    #[test]
    fn nothing_is_negative(entries in entries()) {
        let facts = sound().fold("s", "T", &arranged(entries));
        let durations = facts.ticket.durations.iter().chain(&facts.ticket.next_reply);
        let waits = facts.turns.iter().flat_map(|t| [&t.wait, &t.wait_from_last, &t.wait_uncancelled]);
        for measure in durations.chain(waits) {
            prop_assert!(measure.us.is_none_or(|us| us >= 0));
            prop_assert!(measure.business_us.is_none_or(|us| us >= 0));
            prop_assert!(measure.business_us <= measure.us.or(Some(i64::MAX)));
        }
        let counts = facts.ticket.counts;
        prop_assert!(counts.customer_messages_after_creation >= 0);
        prop_assert!(counts.contacts <= counts.turns + 1);
        prop_assert!(counts.reopens <= counts.solves);
        for clock in &facts.clocks {
            prop_assert!(clock.elapsed_us >= 0 && clock.paused_us >= 0);
            prop_assert!(clock.illegitimate_paused_us <= clock.paused_us);
            prop_assert!(clock.stopped_at.is_none_or(|at| at >= clock.started_at));
        }
    }

    #[test]
    fn what_is_written_is_read(entries in entries()) {
        let timeline = arranged(entries);
        let facts = sound().fold("s", "T", &timeline);
        let mut builder = TablesBuilder::new();
        builder.push(1, "s", "T", &timeline, &facts);
        builder.push(2, "s", "T", &[], &facts);
        let tables = builder.finish();
        let column = tables[Table::Tickets].column_by_name("timeline").unwrap();
        let reader = TimelineReader::new(arrow::array::AsArray::as_list(column)).unwrap();
        prop_assert_eq!(reader.read(0).unwrap(), timeline);
        prop_assert_eq!(reader.read(1).unwrap(), Vec::<Entry>::new());
        prop_assert_eq!(tables[Table::Spans].num_rows(), 2 * facts.spans.len());
    }
}

//! Arbitrary histories for property tests: any kinds in any order, ties, duplicates, late news.
//!
//! Everything a timeline can contain is here, also what no sane help desk would write; what holds
//! for these holds for anything. Use [`timeline`] for one ticket, [`history`] for a desk, and
//! [`disturbed`] for the same events as a careless network would deliver them.

use event::{
    Actor, Change, Created, Direction, Entry, EscalationKind, Event, Instant, Kind, Message, Role,
    Score, Status, Tags, Text, Visibility,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::ops::Range;

/// 2026-02-23T00:00:00Z, a Monday five weeks before Europe changes its clocks.
pub const START: Instant = Instant::from_micros(1_771_804_800_000_000);

const MINUTE: i64 = 60_000_000;

/// The source of every arbitrary event.
pub const SOURCE: &str = "arb";

/// One ticket's entries in the order they were made up: ids mostly unique, many ties in `at`,
/// some news late, now and then two entries of one id that disagree.
pub fn timeline(entries: Range<usize>) -> impl Strategy<Value = Vec<Entry>> {
    let steps = prop::collection::vec((gap(), entry()), entries);
    (steps, prop::bool::weighted(0.9)).prop_map(|(steps, starts_with_created)| {
        let mut at = START;
        let mut entries: Vec<Entry> = Vec::with_capacity(steps.len());
        for (number, (gap, (mut entry, lateness, same_id))) in steps.into_iter().enumerate() {
            at = at.plus(gap);
            entry.at = at;
            entry.seen = at.plus(lateness);
            let number = if same_id { number.saturating_sub(1) } else { number };
            entry.id = Text::from(format!("e{number}"));
            if entries.is_empty() && starts_with_created {
                entry.kind = Kind::Created(Box::new(Created {
                    channel: Some(Text::from("email")),
                    ..Created::default()
                }));
            }
            entries.push(entry);
        }
        entries
    })
}

/// The events of several tickets of one source, ticket by ticket.
///
/// Tickets are named `t0`, `t1`, …; merges, splits and links point among them and, rarely, at
/// tickets that don't exist.
pub fn history(tickets: Range<usize>, entries: Range<usize>) -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(timeline(entries), tickets).prop_map(|timelines| {
        let mut events = Vec::new();
        for (ticket, timeline) in timelines.into_iter().enumerate() {
            events.extend(timeline.into_iter().map(|mut entry| {
                entry.id = Text::from(format!("t{ticket}-{}", entry.id));
                Event {
                    source: Text::from(SOURCE),
                    ticket: Text::from(format!("t{ticket}")),
                    entry,
                }
            }));
        }
        events
    })
}

/// The same items as a careless network delivers them: shuffled, some of them two or three times.
pub fn disturbed<T: Clone + std::fmt::Debug + 'static>(
    items: Vec<T>,
) -> impl Strategy<Value = Vec<T>> {
    let again = subsequence(items.clone(), 0..=items.len());
    let once_more = subsequence(items.clone(), 0..=items.len() / 2);
    (Just(items), again, once_more)
        .prop_map(|(mut items, again, once_more)| {
            items.extend(again);
            items.extend(once_more);
            items
        })
        .prop_shuffle()
}

/// A timeline, and the same one [`disturbed`].
pub fn timeline_disturbed(
    entries: Range<usize>,
) -> impl Strategy<Value = (Vec<Entry>, Vec<Entry>)> {
    timeline(entries).prop_flat_map(|entries| (Just(entries.clone()), disturbed(entries)))
}

/// A history, and the same one [`disturbed`].
pub fn history_disturbed(
    tickets: Range<usize>,
    entries: Range<usize>,
) -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    history(tickets, entries).prop_flat_map(|events| (Just(events.clone()), disturbed(events)))
}

/// Items cut into batches at arbitrary places, order kept.
pub fn batches<T: Clone + std::fmt::Debug + 'static>(
    items: Vec<T>,
) -> impl Strategy<Value = Vec<Vec<T>>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..6).prop_map(move |cuts| {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(items.len() + 1)).collect();
        cuts.extend([0, items.len()]);
        cuts.sort_unstable();
        cuts.windows(2).map(|pair| items[pair[0]..pair[1]].to_vec()).collect()
    })
}

/// One event with every field arbitrary, text included: for what must survive any content.
pub fn any_event() -> impl Strategy<Value = Event> {
    let names = (any_id(), any_id(), any_id());
    let instants = (0..7_258_118_400_000_000_i64, 0..7_258_118_400_000_000_i64);
    let extra = prop::collection::btree_map("x_[a-z]{1,8}", ".{0,20}", 0..4);
    (names, instants, prop::option::of(any::<u64>()), actor(), kind(), extra).prop_map(
        |((source, ticket, id), (at, seen), sequence, actor, kind, extra)| {
            let extra: event::Extra =
                extra.into_iter().map(|(k, v)| (Text::from(k), Text::from(v))).collect();
            let extra = (!extra.is_empty()).then(|| Box::new(extra));
            let (at, seen) = (Instant::from_micros(at), Instant::from_micros(seen));
            let entry = Entry { id, sequence, at, seen, actor, kind, origin: None, extra };
            Event { source, ticket, entry }
        },
    )
}

/// An id of any characters.
fn any_id() -> impl Strategy<Value = Text> {
    // At least one character that is not white space: an empty id is refused.
    "[a-z0-9\"\\\\äß漢\u{1}]{1,30}".prop_map(Text::from)
}

/// Microseconds between one entry and the next; often none.
fn gap() -> impl Strategy<Value = i64> {
    prop_oneof![
        3 => Just(0),
        1 => Just(1),
        3 => (0..120_i64).prop_map(|seconds| seconds * 1_000_000),
        4 => (0..600_i64).prop_map(|minutes| minutes * MINUTE),
        2 => (0..15_i64).prop_map(|days| days * 24 * 60 * MINUTE),
    ]
}

/// An entry without its place in time, how late it was learnt, and whether it takes the id of the
/// one before.
fn entry() -> impl Strategy<Value = (Entry, i64, bool)> {
    let lateness = prop_oneof![
        6 => Just(0),
        2 => (0..3_i64).prop_map(|hours| hours * 60 * MINUTE),
        1 => (0..20_i64).prop_map(|days| days * 24 * 60 * MINUTE),
    ];
    let extra = prop::option::weighted(0.1, select(&["x_plan", "x_region"][..]));
    let sequence = prop::option::weighted(0.2, 0..5_u64);
    (actor(), kind(), lateness, prop::bool::weighted(0.03), sequence, extra).prop_map(
        |(actor, kind, lateness, same_id, sequence, extra)| {
            let extra = extra.map(|name| Box::new([(Text::from(name), Text::from("v"))].into()));
            let (id, at, seen) = (Text::default(), START, START);
            let entry = Entry { id, sequence, at, seen, actor, kind, origin: None, extra };
            (entry, lateness, same_id)
        },
    )
}

/// Somebody: customers `c0`…, agents `a0`…, a bot, or the system. Ids may change role.
pub fn actor() -> impl Strategy<Value = Actor> {
    let role = prop_oneof![
        4 => Just(Role::Requester),
        5 => Just(Role::Agent),
        1 => Just(Role::Bot),
        1 => Just(Role::System),
    ];
    let id = prop_oneof![
        6 => Just(None),
        1 => Just(Some("a0")),
    ];
    (role, 0..3_u8, id, name(&["billing", "tech"])).prop_map(|(role, number, id, team)| {
        let own = match role {
            Role::Requester => Some(format!("c{number}")),
            Role::Agent => Some(format!("a{number}")),
            Role::Bot => Some("bot".to_owned()),
            Role::System => None,
        };
        let id = id.map(str::to_owned).or(own).map(Text::from);
        Actor { id, role, team }
    })
}

/// A name or nothing.
fn name(names: &'static [&'static str]) -> impl Strategy<Value = Option<Text>> {
    prop::option::of(select(names).prop_map(Text::from))
}

/// A ticket of this history, or, rarely, of none.
fn ticket() -> impl Strategy<Value = Text> {
    select(&["t0", "t1", "t2", "t3", "nowhere"][..]).prop_map(Text::from)
}

/// An agent.
fn agent() -> impl Strategy<Value = Option<Text>> {
    name(&["a0", "a1", "a2"])
}

/// A change to an owner.
fn change(names: &'static [&'static str]) -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => Just(Change::Keep),
        1 => Just(Change::Clear),
        4 => select(names).prop_map(|name| Change::Set(Text::from(name))),
    ]
}

/// Anything that can happen.
pub fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        1 => created().prop_map(|created| Kind::Created(Box::new(created))),
        10 => message().prop_map(Kind::Message),
        8 => (status(), name(&["Waiting", "Erledigt"]))
            .prop_map(|(status, vendor)| Kind::Status { status, vendor }),
        3 => (change(&["a0", "a1"]), change(&["billing", "tech"]))
            .prop_map(|(agent, group)| Kind::Assigned { agent, group }),
        1 => name(&["low", "normal", "high", "urgent"]).prop_map(Kind::Priority),
        1 => name(&["question", "incident"]).prop_map(Kind::Type),
        1 => tags().prop_map(Kind::Tags),
        1 => (select(&["x_plan", "topic"][..]), name(&["gold", "login"]))
            .prop_map(|(name, value)| Kind::Field { name: Text::from(name), value }),
        5 => on_its_way(),
        3 => survey(),
    ]
}

/// How a ticket travels: escalations, merges, splits, links, policies, effort.
fn on_its_way() -> impl Strategy<Value = Kind> {
    let escalation = select(&[EscalationKind::Functional, EscalationKind::Hierarchical][..]);
    prop_oneof![
        (escalation, prop::option::of(1..4_u32))
            .prop_map(|(kind, tier)| Kind::Escalated { kind, tier }),
        ticket().prop_map(|into| Kind::Merged { into }),
        ticket().prop_map(|from| Kind::Split { from }),
        (select(&["problem", "follow_up", "duplicate"][..]), ticket())
            .prop_map(|(kind, to)| Kind::Linked { kind: Text::from(kind), to }),
        name(&["standard", "gold"]).prop_map(Kind::Sla),
        name(&["berlin", "24x7"]).prop_map(Kind::Schedule),
        (agent(), 0..7200_u64).prop_map(|(agent, seconds)| Kind::Worked { agent, seconds }),
        Just(Kind::Redacted),
    ]
}

/// Surveys and their answers.
fn survey() -> impl Strategy<Value = Kind> {
    let rated = (1..=5_i32, agent()).prop_map(|(score, agent)| Kind::Rated {
        score: Score::from_thousandths(score * 1000),
        scale_min: Score::from_thousandths(1000),
        scale_max: Score::from_thousandths(5000),
        agent,
    });
    prop_oneof![Just(Kind::CsatOffered), rated]
}

/// Any status.
pub fn status() -> impl Strategy<Value = Status> {
    prop_oneof![
        1 => Just(Status::New),
        4 => Just(Status::Open),
        4 => Just(Status::Pending),
        2 => Just(Status::OnHold),
        5 => Just(Status::Solved),
        2 => Just(Status::Closed),
        1 => Just(Status::Deleted),
        1 => Just(Status::Spam),
        1 => Just(Status::Restored),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let visibility = prop_oneof![4 => Just(Visibility::Public), 1 => Just(Visibility::Internal)];
    let details = (
        prop::option::weighted(0.2, 0..5000_u32),
        prop::option::weighted(0.1, -1000..=1000_i32),
        prop::option::weighted(0.1, ".{0,20}"),
    );
    let names = (
        prop::option::weighted(0.2, select(&["chat", "email"][..])),
        prop::option::weighted(0.2, select(&["de", "en"][..])),
    );
    (visibility, prop::bool::weighted(0.1), details, names).prop_map(
        |(visibility, automated, (length, sentiment, text), (channel, language))| Message {
            visibility,
            automated,
            channel: channel.map(Text::from),
            length,
            language: language.map(Text::from),
            sentiment: sentiment.map(Score::from_thousandths),
            text: text.map(Text::from),
        },
    )
}

fn tags() -> impl Strategy<Value = Tags> {
    let list = || {
        subsequence(vec!["vip", "refund", "bug"], 0..=3)
            .prop_map(|tags| tags.into_iter().map(Text::from).collect::<Vec<_>>())
    };
    prop_oneof![
        list().prop_map(Tags::Set),
        (list(), list()).prop_map(|(add, remove)| Tags::Edit { add, remove }),
    ]
}

fn created() -> impl Strategy<Value = Created> {
    let who = (name(&["c0", "c1"]), name(&["acme"]), agent(), name(&["billing", "tech"]));
    let what = (
        name(&["email", "web", "chat", "phone"]),
        name(&["normal", "high"]),
        name(&["question"]),
        name(&["de", "en"]),
        name(&["app"]),
    );
    let how = (
        prop::bool::weighted(0.1),
        prop::option::weighted(0.2, status()),
        prop::option::weighted(0.1, ticket()),
        prop::bool::weighted(0.05),
    );
    (who, what, how).prop_map(|(who, what, (outbound, status, parent, test))| Created {
        channel: what.0,
        requester: who.0,
        account: who.1,
        brand: None,
        product: what.4,
        direction: if outbound { Direction::Outbound } else { Direction::Inbound },
        parent,
        priority: what.1,
        kind: what.2,
        status,
        group: who.3,
        agent: who.2,
        tags: Vec::new(),
        language: what.3,
        test,
    })
}

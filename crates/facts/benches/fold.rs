//! How many events a second one core folds, builds into tables, and reads back.
//!
//! `cargo bench -p facts`: plain loops over generated timelines, best of several rounds.
#![expect(clippy::print_stdout, reason = "printing its figures is all that a bench does")]

use arrow::array::AsArray;
use event::{
    Actor, Change, Created, Entry, Instant, Kind, Message, Role, Score, Status, Text, Visibility,
};
use facts::timeline::TimelineReader;
use facts::{Folder, Policies, Table, TablesBuilder};
use std::hint::black_box;
use std::time::Instant as Stopwatch;

const TICKETS: i64 = 20_000;
const ROUNDS: usize = 7;

const POLICIES: &str = "
calendars:
  - name: berlin
    zone: Europe/Berlin
    versions: [{hours: {mon-thu: ['09:00-12:00', '13:30-18:00'], fri: ['09:00-15:00']}}]
default_calendar: berlin
";

const SLA: &str = "
sla:
  - name: Urgent
    versions:
      - {when: {priority: urgent}, targets: {first_reply: 1h, next_reply: 1h, net_resolution: 8h}}
  - name: Rest
    versions: [{targets: {first_reply: 8h, next_reply: 8h, net_resolution: 40h}}]
";

fn main() {
    let tickets: Vec<Vec<Entry>> = (0..TICKETS).map(ticket).collect();
    let events: usize = tickets.iter().map(Vec::len).sum();
    println!("{} tickets, {events} events", tickets.len());
    for (name, policies) in [
        ("fold, no policies", String::new()),
        ("fold, one calendar", POLICIES.to_owned()),
        ("fold, calendar and SLA", format!("{POLICIES}{SLA}")),
    ] {
        let policies: Policies = match policies.as_str() {
            "" => Policies::default(),
            yaml => serde_saphyr::from_str(yaml).expect("the policies above are valid YAML"),
        };
        let folder = Folder::new(&policies).expect("the policies above are sound");
        measure(name, events, || {
            for timeline in &tickets {
                black_box(folder.fold("bench", "T", black_box(timeline)));
            }
        });
        let facts: Vec<_> = tickets.iter().map(|t| folder.fold("bench", "T", t)).collect();
        measure("  tables", events, || {
            black_box(build(&tickets, &facts));
        });
    }
    let folder = Folder::new(&Policies::default()).expect("no policies are sound");
    let facts: Vec<_> = tickets.iter().map(|t| folder.fold("bench", "T", t)).collect();
    let tables = build(&tickets, &facts);
    let column = tables[Table::Tickets].column_by_name("timeline").expect("the schema has it");
    let reader = TimelineReader::new(column.as_list()).expect("it was just written");
    measure("read timelines", events, || {
        let mut timeline = Vec::new();
        for row in 0..reader.rows() {
            reader.read_into(row, &mut timeline).expect("it was just written");
            black_box(&timeline);
        }
    });
}

fn build(tickets: &[Vec<Entry>], facts: &[facts::Facts]) -> facts::FactTables {
    let mut builder = TablesBuilder::new();
    for (number, (timeline, facts)) in tickets.iter().zip(facts).enumerate() {
        let number = i64::try_from(number).unwrap_or(0);
        builder.push(number, "bench", "T", timeline, facts);
    }
    builder.finish()
}

fn measure(name: &str, events: usize, mut work: impl FnMut()) {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Stopwatch::now();
        work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    let millions = u32::try_from(events).map_or(0.0, f64::from) / best / 1e6;
    println!("{name}: {millions:.2} M events/s");
}

/// An ordinary ticket of about eleven events.
fn ticket(number: i64) -> Vec<Entry> {
    const HOUR: i64 = 3_600_000_000;
    let start = 1_735_711_200_000_000 + number * 1_300_000_000;
    let customer = Actor { id: Some("customer-4711".into()), ..role(Role::Requester) };
    let agent =
        Actor { id: Some(Text::from(format!("agent-{}", number % 40))), ..role(Role::Agent) };
    let created = Created {
        channel: Some(Text::const_new(
            ["email", "chat", "web"][(number.unsigned_abs() % 3) as usize],
        )),
        requester: customer.id.clone(),
        account: Some("account-17".into()),
        priority: Some(Text::const_new(if number % 7 == 0 { "urgent" } else { "normal" })),
        group: Some("billing".into()),
        ..Created::default()
    };
    let mut kinds = vec![
        (0, &customer, Kind::Created(Box::new(created))),
        (0, &customer, message()),
        (HOUR / 4, &agent, assigned(&agent)),
        (HOUR / 4, &agent, status(Status::Open)),
        (HOUR / 2, &agent, message()),
        (HOUR / 2, &agent, status(Status::Pending)),
        (5 * HOUR, &customer, message()),
        (5 * HOUR, &customer, status(Status::Open)),
        (26 * HOUR, &agent, message()),
        (26 * HOUR, &agent, status(Status::Solved)),
        (26 * HOUR, &agent, Kind::CsatOffered),
    ];
    if number % 5 == 0 {
        let score = Score::from_thousandths(4_000);
        let (scale_min, scale_max) =
            (Score::from_thousandths(1_000), Score::from_thousandths(5_000));
        kinds.push((
            30 * HOUR,
            &customer,
            Kind::Rated { score, scale_min, scale_max, agent: None },
        ));
    }
    let entry = |(place, (after, actor, kind)): (usize, (i64, &Actor, Kind))| {
        let at = Instant::from_micros(start + after);
        Entry {
            id: Text::from(format!("{number}-{place:02}")),
            sequence: None,
            at,
            seen: at,
            actor: actor.clone(),
            kind,
            origin: None,
            extra: None,
        }
    };
    let mut timeline: Vec<Entry> = kinds.into_iter().enumerate().map(entry).collect();
    facts::timeline::arrange(&mut timeline);
    timeline
}

fn role(role: Role) -> Actor {
    Actor { id: None, role, team: None }
}

fn message() -> Kind {
    Kind::Message(Message {
        visibility: Visibility::Public,
        length: Some(240),
        ..Message::default()
    })
}

fn assigned(agent: &Actor) -> Kind {
    Kind::Assigned {
        agent: agent.id.clone().map_or(Change::Keep, Change::Set),
        group: Change::Keep,
    }
}

fn status(status: Status) -> Kind {
    Kind::Status { status, vendor: None }
}

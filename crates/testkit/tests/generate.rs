//! The generated desk: the same every time, never from the future, and with its stories in it.

use event::cloudevents::{Item, parse};
use event::{Entry, Event, Instant, Kind, Role, Status, Visibility};
use std::collections::{BTreeMap, BTreeSet};
use testkit::generate::{Settings, events, policies, tickets, write_json_lines};

fn settings(tickets: u64) -> Settings {
    Settings { tickets, ..Settings::default() }
}

fn bytes(settings: &Settings) -> Vec<u8> {
    let mut out = Vec::new();
    write_json_lines(settings, &mut out, |_| ()).expect("a Vec takes any bytes");
    out
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let desk = settings(500);
    assert!(bytes(&desk) == bytes(&desk));
    assert!(bytes(&desk) != bytes(&Settings { seed: 2, ..desk }));
}

#[test]
fn the_lines_are_the_events() {
    let desk = settings(300);
    let mut progress = Vec::new();
    let mut out = Vec::new();
    let written = write_json_lines(&desk, &mut out, |so_far| progress.push(so_far)).unwrap();
    let read: Vec<Event> = out
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| match parse(line, Instant::from_micros(0)) {
            Ok(Item::Event(event)) => event,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(read == events(&desk).collect::<Vec<_>>());
    assert_eq!((written.tickets, written.events), (300, read.len() as u64));
    assert_eq!(written.bytes, out.len() as u64);
    assert_eq!(progress.last(), Some(&written));
}

#[test]
fn nothing_is_known_before_it_happened_or_after_the_present() {
    let desk = settings(2000);
    let mut ids = BTreeSet::new();
    let mut last = Instant::from_micros(0);
    for ticket in tickets(&desk) {
        assert!(ticket.is_sorted_by_key(|event| event.entry.at));
        if let Some(first) = ticket.first()
            && first.entry.kind.name() == "created"
        {
            assert!(first.entry.at >= last, "in the order of creation");
            last = first.entry.at;
        }
        for event in ticket {
            assert!(event.entry.at <= event.entry.seen && event.entry.seen <= desk.until);
            assert!(ids.insert(event.entry.id), "ids are unique");
        }
    }
}

#[test]
fn about_ten_events_a_ticket_over_eighteen_months() {
    let desk = settings(5000);
    let all: Vec<Event> = events(&desk).collect();
    let a_ticket = all.len() / 5000;
    assert!((8..=13).contains(&a_ticket), "{a_ticket} events a ticket");
    let first = all.iter().map(|event| event.entry.at).min().unwrap();
    let days = desk.until.since(first) / 86_400_000_000;
    assert!((540..=550).contains(&days), "{days} days");
}

/// What a generated desk must hold at least ten times.
const STORIES: &str = "email web chat phone messaging social test Outbound automated internal \
    Pending OnHold Solved Closed Spam Deleted Restored late merged split linked tags field \
    schedule csat_offered rated worked assigned Functional Hierarchical bot-hand-off bot-alone \
    solved-again";

#[test]
fn every_story_is_told() {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let (mut agents, mut teams, mut zones) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for ticket in tickets(&settings(20_000)) {
        for entry in ticket.iter().map(|event| &event.entry) {
            if entry.actor.role == Role::Agent {
                agents.insert(entry.actor.id.clone());
                teams.insert(entry.actor.team.clone());
            }
            if let Kind::Schedule(calendar) = &entry.kind {
                zones.insert(calendar.clone());
            }
            for word in words(entry) {
                *counts.entry(word).or_default() += 1;
            }
        }
        for word in plots(&ticket) {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    for story in STORIES.split_whitespace() {
        assert!(counts.get(story).is_some_and(|n| *n >= 10), "{story}: {:?}", counts.get(story));
    }
    assert!(agents.len() >= 40 && teams.len() >= 6 && zones.len() >= 2);
}

/// What one event tells of.
fn words(entry: &Entry) -> Vec<String> {
    let mut words = vec![entry.kind.name().to_owned()];
    if entry.seen.since(entry.at) > 3_600_000_000 {
        words.push("late".to_owned());
    }
    match &entry.kind {
        Kind::Created(created) => {
            words.push(created.channel.as_deref().unwrap_or("no channel").to_owned());
            words.push(if created.test { "test" } else { "real" }.to_owned());
            words.push(format!("{:?}", created.direction));
        }
        Kind::Message(message) => {
            let public = message.visibility == Visibility::Public;
            words.push(if message.automated { "automated" } else { "written" }.to_owned());
            words.push(if public { "public" } else { "internal" }.to_owned());
        }
        Kind::Status { status, .. } => words.push(format!("{status:?}")),
        Kind::Escalated { kind, .. } => words.push(format!("{kind:?}")),
        _ => {}
    }
    words
}

/// What a whole ticket tells of.
fn plots(ticket: &[Event]) -> Vec<&'static str> {
    let wrote = |role: Role| {
        ticket.iter().map(|event| &event.entry).any(|entry| {
            let public = matches!(&entry.kind, Kind::Message(message)
                if message.visibility == Visibility::Public);
            public && entry.actor.role == role
        })
    };
    let solve =
        |event: &&Event| matches!(event.entry.kind, Kind::Status { status: Status::Solved, .. });
    let mut plots = Vec::new();
    if wrote(Role::Bot) {
        plots.push(if wrote(Role::Agent) { "bot-hand-off" } else { "bot-alone" });
    }
    if ticket.iter().filter(solve).count() > 1 {
        plots.push("solved-again");
    }
    plots
}

/// Median minutes from the first customer message to the first public human reply.
fn median_reply(events: &[Vec<Event>], product: &str, team: &str, week: (Instant, Instant)) -> i64 {
    let mut waits: Vec<i64> = events
        .iter()
        .filter_map(|ticket| {
            let Kind::Created(created) = &ticket.first()?.entry.kind else { return None };
            let start = ticket.first()?.entry.at;
            let is_email = created.channel.as_deref() == Some("email");
            let is_product = created.product.as_deref() == Some(product);
            if !is_email || !is_product || start < week.0 || start >= week.1 {
                return None;
            }
            let reply = ticket.iter().find(|event| {
                event.entry.actor.role == Role::Agent
                    && event.entry.actor.team.as_deref() == Some(team)
                    && matches!(&event.entry.kind, Kind::Message(m) if m.visibility == Visibility::Public)
            })?;
            Some(reply.entry.at.since(start) / 60_000_000)
        })
        .collect();
    waits.sort_unstable();
    waits.get(waits.len() / 2).copied().unwrap_or(0)
}

#[test]
fn the_bad_week_stands_out() {
    let desk: Vec<Vec<Event>> = tickets(&settings(30_000)).collect();
    let tagged: Vec<Instant> = desk
        .iter()
        .flatten()
        .filter(|event| {
            matches!(&event.entry.kind, Kind::Tags(event::Tags::Edit { add, .. })
                if add.iter().any(|tag| tag == "payments-incident"))
        })
        .map(|event| event.entry.at)
        .collect();
    let from = *tagged.iter().min().unwrap();
    let week = 7 * 86_400_000_000;
    assert!(tagged.iter().all(|at| at.since(from) < week + 86_400_000_000), "it lasts a week");
    let bad = median_reply(&desk, "Payments", "Billing AMER", (from, from.plus(week)));
    let before = (from.plus(-4 * week), from);
    let usual = median_reply(&desk, "Payments", "Billing AMER", before);
    assert!(bad > 3 * usual, "{bad} minutes against {usual}");
}

#[test]
fn the_policies_fit_the_desk() {
    let yaml = policies(&settings(100));
    let policies: facts::policies::Policies = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(policies.check(), []);
    let names: BTreeSet<&str> = policies.calendars.iter().map(|spec| spec.name.as_str()).collect();
    for event in events(&settings(500)) {
        if let Kind::Schedule(Some(calendar)) = &event.entry.kind {
            assert!(names.contains(calendar.as_str()), "{calendar} is in the policies");
        }
    }
}

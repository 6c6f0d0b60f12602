//! Every kind comes back as it was, and a cut at any byte is noticed.

use super::*;

fn text(text: &str) -> Option<Text> {
    Some(Text::from(text))
}

fn kinds() -> Vec<Kind> {
    let score = Score::from_thousandths(-1500);
    vec![
        Kind::Created(Box::default()),
        Kind::Created(Box::new(Created {
            channel: text("email"),
            requester: text("c-17"),
            account: text("a-3"),
            brand: text("b"),
            product: text("p"),
            direction: Direction::Outbound,
            parent: text("4711"),
            priority: text("high"),
            kind: text("incident"),
            status: Some(Status::Restored),
            group: text("billing"),
            agent: text("g-2"),
            tags: vec!["one".into(), "".into()],
            language: text("de"),
            test: true,
        })),
        Kind::Message(Message::default()),
        Kind::Message(Message {
            visibility: Visibility::Internal,
            automated: true,
            channel: text("chat"),
            length: Some(u32::MAX),
            language: text("it"),
            sentiment: Some(score),
            text: text("grüße"),
        }),
        Kind::Status { status: Status::OnHold, vendor: text("Wartet") },
        Kind::Assigned { agent: Change::Clear, group: Change::Set("g".into()) },
        Kind::Assigned { agent: Change::Keep, group: Change::Keep },
        Kind::Priority(None),
        Kind::Priority(text("")),
        Kind::Type(text("question")),
        Kind::Tags(Tags::Set(vec!["a".into()])),
        Kind::Tags(Tags::Edit { add: vec![], remove: vec!["b".into()] }),
        Kind::Field { name: "colour".into(), value: text("red") },
        Kind::Escalated { kind: EscalationKind::Functional, tier: Some(0) },
        Kind::Escalated { kind: EscalationKind::Hierarchical, tier: None },
        Kind::Merged { into: "9".into() },
        Kind::Split { from: "8".into() },
        Kind::Linked { kind: "problem".into(), to: "7".into() },
        Kind::Sla(text("gold")),
        Kind::Schedule(None),
        Kind::CsatOffered,
        Kind::Rated { score, scale_min: score, scale_max: score, agent: text("g") },
        Kind::Worked { agent: None, seconds: u64::MAX },
        Kind::Redacted,
    ]
}

fn events() -> Vec<Event> {
    let roles = [Role::Requester, Role::Agent, Role::Bot, Role::System];
    kinds()
        .into_iter()
        .enumerate()
        .map(|(n, kind)| Event {
            source: "desk".into(),
            ticket: "4711".into(),
            entry: Entry {
                id: Text::from(format!("e{n}")),
                sequence: (n % 2 == 1).then_some(n as u64),
                at: Instant::from_micros(-(n as i64) * 1_000_000_007),
                seen: Instant::from_micros(if n == 3 { i64::MAX } else { i64::MIN }),
                actor: Actor {
                    id: text("a"),
                    role: roles[n % 4],
                    team: (n > 9).then(|| "t".into()),
                },
                kind,
                origin: (n % 3 == 0).then(|| "4710".into()),
                extra: (n % 5 == 0).then(|| Box::new([("k".into(), "v".into())].into())),
            },
        })
        .collect()
}

#[test]
fn every_kind_comes_back() {
    let events = events();
    let packed = pack(&events).unwrap();
    assert_eq!(unpack(&packed).unwrap(), events);
}

#[test]
fn a_cut_at_any_byte_is_noticed() {
    for one in events() {
        let mut bytes = Vec::new();
        put_event(&mut bytes, &one);
        for end in 0..bytes.len() {
            assert!(event(&mut Bytes::new(&bytes[..end])).is_err(), "{one:?} cut at {end}");
        }
    }
}

//! What is seen in small files.

use super::*;
use crate::{Importer, Mapping};

fn seen(text: &str) -> Overview {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    std::fs::write(&path, text).unwrap();
    let overview = overview(&path).unwrap();
    let draft = overview.mapping.as_deref().unwrap();
    let mapping = Mapping::parse(draft).unwrap_or_else(|issues| panic!("{draft}\n{issues:#?}"));
    // Every column that the draft names is there.
    let now = "2026-12-01T00:00:00Z".parse().unwrap();
    let importer = Importer::new(Some(mapping), vec![path], now);
    let report =
        importer.dry_run(&mut |_| {}).unwrap_or_else(|error| panic!("{draft}\n{error:#?}"));
    assert_eq!(report.quarantined, 0, "{draft}\n{report:#?}");
    overview
}

fn guesses(text: &str) -> Vec<(String, Guess)> {
    seen(text).columns.into_iter().filter_map(|it| Some((it.name, it.guess?))).collect()
}

#[test]
fn drafts_are_valid_and_say_what_they_doubt() {
    let events =
        seen("Case ID,Activity,When\n1,Open,01/02/2026 09:00\n1,Done: yes,03/02/2026 09:00\n1,Huh,03/02/2026 09:01\n")
            .mapping
            .unwrap();
    for line in [
        "shape: events",
        "ticket: \"Case ID\"",
        "or the month first?",
        "\"Done: yes\": solved\n",
        "\"Huh\": open  # what does it mean?",
    ] {
        assert!(events.contains(line), "{line} missing in:\n{events}");
    }
    let tickets =
        seen("id,opened,closed\n1,2026-01-01,2026-01-02\n2,2026-01-02,\n").mapping.unwrap();
    assert!(tickets.contains("shape: tickets") && !tickets.contains("dates:"), "{tickets}");
    let decided = seen("id,opened,closed\n1,01/02/2026,13/02/2026\n2,03/02/2026,\n");
    let decided = decided.mapping.unwrap();
    assert!(decided.contains("dates: \"%d/%m/%Y\"\n"), "{decided}");
}

#[test]
fn columns_are_told_by_their_names() {
    let export = "Ticket ID,Customer Email,Customer Age,Ticket Type,Ticket Subject,Ticket Priority,\
        Ticket Channel,created_at,First Response Time,resolvedAt,Customer Satisfaction Rating,Team\n\
        1,a@b.example,32,Refund,Help,High,Social media,2026-01-01,2026-01-02,2026-01-03,5,Blue\n";
    let named = |name: &str, guess| (name.to_owned(), guess);
    assert_eq!(
        guesses(export),
        [
            named("Ticket ID", Guess::Ticket),
            named("Customer Email", Guess::Requester),
            named("Ticket Type", Guess::Type),
            named("Ticket Subject", Guess::Subject),
            named("Ticket Priority", Guess::Priority),
            named("Ticket Channel", Guess::Channel),
            named("created_at", Guess::Created),
            named("First Response Time", Guess::FirstReply),
            named("resolvedAt", Guess::Solved),
            named("Customer Satisfaction Rating", Guess::Rating),
            named("Team", Guess::Group),
        ]
    );
}

#[test]
fn of_two_columns_the_surer_name_counts() {
    let found = guesses("number,urgency,priority,due\n1,2,3,2026-01-01\n2,2,3,2026-01-02\n");
    assert!(found.contains(&("priority".to_owned(), Guess::Priority)), "{found:?}");
    assert!(!found.iter().any(|(name, _)| name == "urgency"), "{found:?}");
}

#[test]
fn names_may_be_of_another_language() {
    for header in [
        "Ticketnummer;Erstellt am;Gelöst am;Priorität;Kanal;Bearbeiter",
        "Numero ticket;Data creazione;Risolto il;Priorità;Canale;Operatore",
        "Numero de ticket;Fecha de creación;Resuelto;Prioridad;Canal;Agente",
        "Numéro du ticket;Créé le;Résolu le;Priorité;Canal;Technicien",
    ] {
        let row = "7;02.03.2026 09:00;02.03.2026 10:00;x;y;z";
        let guesses: Vec<Guess> =
            guesses(&format!("{header}\n{row}\n")).into_iter().map(|(_, guess)| guess).collect();
        let expected = [
            Guess::Ticket,
            Guess::Created,
            Guess::Solved,
            Guess::Priority,
            Guess::Channel,
            Guess::Agent,
        ];
        assert_eq!(guesses, expected, "{header}");
    }
}

#[test]
fn columns_without_a_telling_name_are_told_by_their_values() {
    let export = "a,b,c,d,e,f\n\
        A1,2026-01-01 09:00,Open,P1,Phone,x@y.example\n\
        A2,2026-01-01 09:30,Closed,P3,Mail,z@y.example\n";
    let guesses: Vec<Guess> = guesses(export).into_iter().map(|(_, guess)| guess).collect();
    let expected = [
        Guess::Ticket,
        Guess::Time,
        Guess::Status,
        Guess::Priority,
        Guess::Channel,
        Guess::Requester,
    ];
    assert_eq!(guesses, expected);
}

#[test]
fn a_broken_time_among_many_hides_nothing_and_decides_nothing() {
    let mut text = "id,opened\n0,someday\n".to_owned();
    for row in 1..10 {
        text.push_str(&format!("{row},0{row}/02/2026\n"));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    std::fs::write(&path, &text).unwrap();
    assert_eq!(overview(&path).unwrap().columns[1].forms, ["%d/%m/%Y", "%m/%d/%Y"]);
    std::fs::write(&path, text + "10,13/02/2026\n").unwrap();
    assert_eq!(overview(&path).unwrap().columns[1].forms, ["%d/%m/%Y"]);
}

#[test]
fn a_column_is_counted_and_shown() {
    let overview = seen("id,opened,note\n1,2026-01-01,a\n2,2026-01-02,\n3,2026-01-03,a\n");
    let note = &overview.columns[2];
    assert_eq!((note.distinct, note.empty, note.samples.as_slice()), (1, 1, &["a".to_owned()][..]));
    assert_eq!(overview.rows[1], ["2", "2026-01-02", ""]);
    assert_eq!(overview.columns[1].forms, ["iso"]);
}

#[test]
fn values_are_counted_over_the_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv.gz");
    let mut text = "id,state\n".to_owned();
    for row in 0..2 * SUGGEST_ROWS {
        let state = if row % 3 == 0 { "open" } else { "closed" };
        text.push_str(&format!("{row},{state}\n"));
    }
    let file = std::fs::File::create(&path).unwrap();
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
    packed.finish().unwrap();
    let states = column_values(&path, "state", 10).unwrap().unwrap();
    let found: Vec<(&str, u64)> =
        states.values.iter().map(|it| (it.value.as_str(), it.rows)).collect();
    let all = 2 * SUGGEST_ROWS as u64;
    let open = all.div_ceil(3);
    assert_eq!(found, [("closed", all - open), ("open", open)]);
    assert!(states.complete);
    let ids = column_values(&path, "id", 10).unwrap().unwrap();
    assert_eq!((ids.values.len(), ids.complete), (10, false));
    assert_eq!(column_values(&path, "stat", 10).unwrap(), None);
}

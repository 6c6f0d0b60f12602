//! Bad input of every kind: never a panic, never a stop, nothing lost, and every report says where.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use connect::{Error, Imported, Importer, Issue, Mapping, Quarantined};
use event::{Instant, Kind, Status};
use std::io::Write;
use std::path::PathBuf;

const STATUS: &str = "
source: desk
ticket: id
at: when
zone: UTC
rules:
  - event: status
    status: {column: state, map: {Open: open, Done: solved}}
";

/// `line code` of everything quarantined.
fn codes(imported: &Imported) -> Vec<String> {
    let of = |bad: &Quarantined| format!("{} {}", bad.place.line, bad.code);
    imported.quarantined.iter().map(of).collect()
}

fn now() -> Instant {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

fn run(mapping: Option<&str>, files: &[(&str, &[u8])]) -> Result<Imported, Error> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files
        .iter()
        .map(|(name, bytes)| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        })
        .collect();
    let mapping = mapping.map(|yaml| Mapping::parse(yaml).unwrap_or_else(|i| panic!("{i:#?}")));
    let imported = Importer::new(mapping, paths, now()).gather()?;
    let Imported { events, quarantined, report } = &imported;
    let found = (events.len() as u64, quarantined.len() as u64);
    assert_eq!(found, (report.events, report.quarantined));
    Ok(imported)
}

fn csv(text: &[u8]) -> Imported {
    run(Some(STATUS), &[("log.csv", text)]).unwrap()
}

fn issues(yaml: &str) -> Vec<String> {
    match Mapping::parse(yaml) {
        Ok(_) => Vec::new(),
        Err(issues) => issues.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn one_bad_row_of_each_kind() {
    let imported = csv(b"id,state,when\n\
        1,Open,2026-01-01T09:00Z\n\
        ,Open,2026-01-01\n\
        2,Huh,2026-01-01\n\
        3,Open,\n\
        4,Open,01/02/2026\n\
        5,Open,1850-01-01\n\
        6,Open\n\
        7,Open,2026-01-01,more\n\
        8,,2026-01-01\n\
        9,Open,2026\0-01-01\n\
        \n\
        \"10,Open,2026-01-01\n\
        11,done,2026-01-02 10:00\n\
        12,Done,2026-01");
    assert_eq!(
        codes(&imported),
        [
            "3 missing_ticket",
            "4 unmapped_value",
            "5 missing_time",
            "6 bad_time",
            "7 time_out_of_range",
            "8 ragged_row",
            "9 ragged_row",
            "10 no_rule",
            "11 nul_bytes",
            "13 unclosed",
            "15 bad_time",
        ]
    );
    assert_eq!((imported.report.rows, imported.report.blank_rows), (13, 1));
    assert_eq!((imported.events.len(), imported.report.unmapped.len()), (2, 1));
    for bad in &imported.quarantined {
        assert!(!bad.raw.is_empty() && !bad.message.is_empty(), "{bad:?}");
    }
    // What was quarantined as a row is kept as one, cell by cell.
    assert_eq!(imported.quarantined[1].raw, r#"{"id":"2","state":"Huh","when":"2026-01-01"}"#);
}

#[test]
fn a_line_of_any_length_costs_one_row() {
    let mut text = b"id,state,when\n1,Open,2026-01-01\n2,".to_vec();
    text.resize(text.len() + connect::limits::RECORD_BYTES_MAX * 3, b'x');
    text.extend_from_slice(b"\n3,Done,2026-01-02\n");
    let imported = csv(&text);
    assert_eq!(codes(&imported), ["3 line_too_long"]);
    assert!(imported.quarantined[0].raw.len() <= connect::limits::EXCERPT_BYTES_MAX);
    assert_eq!(imported.events.len(), 2);
}

#[test]
fn files_cut_in_the_middle_give_what_they_have() {
    let text = "id,state,when\n".to_owned() + &"1,Open,2026-01-01\n".repeat(50_000);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
    for bytes in [&packed[..packed.len() - 9], &zstd[..zstd.len() - 3]] {
        let imported = csv(bytes);
        let last = imported.quarantined.last().unwrap();
        assert_eq!(last.code, "cut_off", "{:?}", codes(&imported));
    }
    let whole = csv(&packed);
    assert_eq!((whole.events.len(), whole.quarantined.len()), (50_000, 0));
}

#[test]
fn encodings_are_found_and_lies_are_reported_not_dropped() {
    let mapping = "source: s\nticket: id\nat: when\nzone: UTC\nrules:\n  - event: field\n    \
                   field: {value: name}\n    to: name\n";
    let text = "id;name;when\r\n1;Zoë Müller;2026-01-01\r\n";
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let mut encodings = Vec::new();
    for bytes in [text.as_bytes(), &marked, &utf16, &latin] {
        let imported = run(Some(mapping), &[("names.csv", bytes)]).unwrap();
        let Kind::Field { value: Some(name), .. } = &imported.events[0].entry.kind else {
            panic!()
        };
        assert_eq!(name, "Zoë Müller");
        encodings.push(imported.report.files[0].detected.encoding.unwrap());
    }
    assert_eq!(encodings, ["UTF-8", "UTF-8", "UTF-16LE", "windows-1252"]);

    let mut mixed = text.as_bytes().to_vec();
    mixed.extend_from_slice(b"2;Andr\xe9;2026-01-02\r\n");
    let imported = run(Some(mapping), &[("names.csv", &mixed)]).unwrap();
    let Kind::Field { value: Some(name), .. } = &imported.events[1].entry.kind else { panic!() };
    assert_eq!(name, "André");
    assert_eq!(imported.report.notes["encoding_lies"].places[0].line, 3);
}

#[test]
fn canonical_events_and_what_is_none() {
    let good = |id: &str| {
        format!(
            r#"{{"specversion":"1.0","type":"deskmeter.ticket.status","source":"s","id":"{id}","subject":"7","time":"2026-01-01T00:00:00Z","data":{{"actor":{{"role":"agent"}},"status":"solved"}}}}"#
        )
    };
    let record = good("r").replace("ticket.status", "contact");
    let unknown = good("u").replace("ticket.status", "ticket.exploded");
    let cut = good("c");
    let lines = [&good("a"), "", "{oops", &record, &unknown, &good("b"), &cut[..60]].join("\n");
    let imported = run(None, &[("events.jsonl", lines.as_bytes())]).unwrap();
    assert_eq!(imported.events.len(), 2);
    let codes = codes(&imported);
    assert_eq!(codes.len(), 4);
    assert!(codes[0].starts_with("3 ") && codes[1] == "4 record" && codes[2].starts_with("5 "));
    assert_eq!(codes[3], "7 cut_off");

    let batch = format!("[\n{},\n{}\n]", good("a"), good("b"));
    let imported = run(None, &[("batch.json", batch.as_bytes())]).unwrap();
    assert_eq!((imported.events.len(), imported.quarantined.len()), (2, 0));

    let error = run(None, &[("other.csv", b"a,b\n1,2\n")]).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::NeedsMapping { .. }), "{error:?}");
}

#[test]
fn many_canonical_events_keep_their_order() {
    let mut text = String::new();
    for number in 0..30_000 {
        text += &format!(
            r#"{{"specversion":"1.0","type":"deskmeter.ticket.redacted","source":"s","id":"{number}","subject":"7","time":"2026-01-01T00:00:00Z","data":{{}}}}"#
        );
        text.push('\n');
    }
    let imported = run(None, &[("events.jsonl", text.as_bytes())]).unwrap();
    let ids: Vec<String> = imported.events.iter().map(|e| e.entry.id.to_string()).collect();
    assert_eq!(ids, (0..30_000).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[test]
fn every_mistake_of_a_mapping_is_reported_at_once() {
    let found = issues(
        "sorce: desk\nticket: id\nzone: Europe/Rom\ndates: [dd.mm.yyyy]\nrules:\n  \
         - event: statsu\n    status: open\n  - event: status\n    at: when\n    status: opne\n    \
         vender: x\n  - event: rated\n    at: {after: created, minutes: m}\n    scale: [5, 1]\n",
    );
    let expected = [
        "line 1: `source` is missing [missing_key]",
        "`Europe/Rom`",
        "`dd.mm.yyyy` is no date format",
        "line 6, rules[0].event: `statsu` is not known here [unknown_word]\n  hint: did you mean `status`?",
        "line 10, rules[1].status: `opne` is not known here [unknown_word]\n  hint: did you mean `open`?",
        "line 11, rules[1].vender: `vender` is not known here [unknown_key]\n  hint: did you mean `vendor`?",
        "no rule `created` above this one",
        "`score` is missing",
        "a scale is its lowest and highest rating",
        "`sorce` is not known here [unknown_key]\n  hint: did you mean `source`?",
    ];
    for part in expected {
        assert!(found.iter().any(|issue| issue.contains(part)), "{part}\n{found:#?}");
    }
    assert_eq!(issues("a: [").len(), 1);
    assert!(issues("- 1").iter().any(|issue| issue.contains("wrong_shape")));
}

#[test]
fn a_column_that_is_not_there_stops_before_anything_is_imported() {
    let error = run(Some(STATUS), &[("log.csv", b"id,stat,wen\n1,Open,2026-01-01\n")]);
    let Err(Error::Mapping(issues)) = error.map(|_| ()) else { panic!() };
    let text: Vec<String> = issues.iter().map(Issue::to_string).collect();
    assert_eq!(text.len(), 2);
    assert!(text[0].contains("line 4, at: `log.csv` has no column `when`"), "{text:?}");
    assert!(text[1].contains("did you mean `stat`?"), "{text:?}");
}

#[test]
fn the_report_says_what_would_happen() {
    let mapping = "
source: desk
shape: tickets
ticket: id
zone: UTC
where: {column: id, is_not: skip}
rules:
  - event: created
    at: created
    actor: requester
  - event: message
    at: {after: created, minutes: minutes}
    actor: agent
  - event: status
    at: solved
    status: solved
";
    let text = b"id,created,minutes,solved,colour,id\n\
        1,2026-01-01,30,2026-01-01 00:10,red,x\n\
        2,2026-01-05,-5,,red,x\n\
        skip,2026-01-05,1,,red,x\n\
        3,2027-01-01,,,red,x\n";
    let report = run(Some(mapping), &[("t.csv", text)]).unwrap().report;
    assert_eq!((report.rows, report.filtered_rows, report.tickets), (4, 1, 3));
    assert_eq!(report.events_by_kind["created"], 3);
    assert_eq!(report.unused_columns, ["t.csv: colour", "t.csv: id_2"]);
    assert_eq!(report.backwards["solved before the first reply"].places[0].line, 2);
    assert_eq!(report.backwards["before the ticket was created"].places[0].line, 3);
    assert_eq!(report.backwards["negative duration"].count, 1);
    assert_eq!(report.future, 1);
    assert_eq!((report.gaps[0].days, report.gaps[1].days), (360, 2));
    assert_eq!(report.date_formats["iso"], 4);
}

#[test]
fn quarantined_rows_are_replayed_with_a_mended_mapping() {
    let imported = csv(b"id,state,when\n1,Huh,2026-01-01\n");
    let mended = Mapping::parse(&STATUS.replace("{Open", "{Huh: pending, Open")).unwrap();
    let importer = Importer::new(Some(mended), Vec::new(), now());
    let events = importer.replay().unwrap().events(&imported.quarantined[0]).unwrap();
    assert!(matches!(events[0].entry.kind, Kind::Status { status: Status::Pending, .. }));
    let same = Importer::new(Some(Mapping::parse(STATUS).unwrap()), Vec::new(), now());
    assert_eq!(
        *same.replay().unwrap().events(&imported.quarantined[0]).unwrap_err(),
        imported.quarantined[0]
    );
}

#[test]
fn tables_are_joined_through_lookups() {
    let mapping = "
source: warehouse
zone: UTC
tables:
  users: {file: users.csv, key: id}
inputs:
  - file: comments.csv
    ticket: ticket
    rules:
      - event: message
        at: at
        id: id
        actor:
          id: user
          role: {column: user, lookup: users, take: role, map: {admin: agent}, default: requester}
";
    let files: [(&str, &[u8]); 3] = [
        ("users.csv", b"id,role\n5,admin\n5,zzz\n"),
        ("comments.csv", b"id,ticket,user,at\nc1,7,5,2026-01-01\nc2,7,6,2026-01-02\n"),
        ("readme.txt", b"hello"),
    ];
    let imported = run(Some(mapping), &files).unwrap();
    let roles: Vec<event::Role> = imported.events.iter().map(|e| e.entry.actor.role).collect();
    assert_eq!(roles, [event::Role::Agent, event::Role::Requester]);
    assert_eq!(imported.events[0].entry.id, "message:c1");
    assert_eq!(imported.report.ignored_files, ["readme.txt"]);
    assert_eq!(imported.report.notes["lookup_key_twice"].count, 1);
    let error = run(Some(mapping), &files[1..]).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Mapping(issues) if issues[0].code == "missing_file"));
}

#[test]
fn parquet_and_json_read_like_csv() {
    use arrow::array::{ArrayRef, Int64Array, StringArray, TimestampMicrosecondArray};
    use std::sync::Arc;
    let at: Instant = "2026-01-01T09:30:00Z".parse().unwrap();
    let columns: [(&str, ArrayRef); 3] = [
        ("id", Arc::new(Int64Array::from(vec![1]))),
        ("state", Arc::new(StringArray::from(vec!["Done"]))),
        ("when", Arc::new(TimestampMicrosecondArray::from(vec![at.micros()]))),
    ];
    let batch = arrow::array::RecordBatch::try_from_iter(columns).unwrap();
    let mut parquet = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut parquet, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let files: [(&str, &[u8]); 4] = [
        ("a.parquet", &parquet),
        ("a.csv", b"id,state,when\n1,Done,2026-01-01 09:30\n"),
        ("a.jsonl", b"{\"id\":1,\"state\":\"Done\",\"when\":\"2026-01-01T09:30:00Z\"}\n"),
        (
            "a.json",
            b"[\n {\"id\": 1,\n \"state\": \"Done\", \"when\": \"2026-01-01T10:30:00+01:00\"}\n]",
        ),
    ];
    let ids: Vec<_> = files
        .iter()
        .map(|file| run(Some(STATUS), &[*file]).unwrap().events[0].entry.id.clone())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let broken = &parquet[..parquet.len() / 2];
    let error = run(Some(STATUS), &[("b.parquet", broken)]).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
}

#[test]
fn a_spreadsheet_reads_like_csv() {
    let book = include_bytes!("fixtures/status.xlsx");
    let imported = run(Some(STATUS), &[("log.xlsx", book)]).unwrap();
    assert_eq!(imported.events[0].entry.at.to_string(), "2026-01-01T09:30:00Z");
    assert_eq!(imported.quarantined[0].place.to_string(), "log.xlsx[Log]:5");
    assert_eq!((imported.report.rows, imported.report.blank_rows), (2, 1));
    let csv = csv(b"id,state,when\n1,Done,2026-01-01 09:30\n");
    assert_eq!(csv.events[0].entry.id, imported.events[0].entry.id);
    let named = STATUS.replace("ticket: id", "ticket: id\nsheet: Lgo");
    let error = run(Some(&named), &[("log.xlsx", book)]).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("there are: Cover, Log"), "{error}");
}

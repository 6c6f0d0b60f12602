//! The program answers from a data folder of a released version as that version did.

use super::Desk;
use std::path::Path;

#[test]
fn old_folders_give_the_answers_they_gave() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/tests/fixtures");
    let mut asked = 0;
    for archive in std::fs::read_dir(fixtures).unwrap() {
        let file = std::fs::File::open(archive.unwrap().path()).unwrap();
        let desk = Desk::new();
        tar::Archive::new(zstd::Decoder::new(file).unwrap()).unpack(desk.path("")).unwrap();
        for entry in std::fs::read_dir(desk.path("answers")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "args") {
                continue;
            }
            let flags = std::fs::read_to_string(&path).unwrap();
            let mut line = vec!["ask", "--format", "csv"];
            line.extend(flags.lines());
            let then = std::fs::read_to_string(path.with_extension("csv")).unwrap();
            assert_eq!(desk.succeed(&line), then, "{flags}");
            asked += 1;
        }
    }
    assert!(asked > 0, "no question was asked");
}

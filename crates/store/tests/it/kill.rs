//! Runs the `crash` example: a process that imports and seals, killed at random.

use std::process::Command;

#[test]
fn kill_at_random_loses_and_doubles_nothing() {
    let test = std::env::current_exe().unwrap();
    let target = test.parent().and_then(|deps| deps.parent()).unwrap();
    let program = target.join("examples/crash");
    assert!(program.exists(), "build it first: cargo build -p store --example crash");
    let output = Command::new(program).arg("8").output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("8 rounds"), "{out}");
}

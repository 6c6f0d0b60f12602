//! Lays the built user interface where the program embeds it from; without one it embeds nothing.

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    #[expect(clippy::disallowed_methods, reason = "this is how cargo talks to a build script")]
    let (ours, out) = (std::env::var("CARGO_MANIFEST_DIR")?, std::env::var("OUT_DIR")?);
    let interface = Path::new(&ours).join("../../ui");
    let (built, embedded) = (interface.join("build"), Path::new(&out).join("ui"));
    if embedded.exists() {
        fs::remove_dir_all(&embedded)?;
    }
    fs::create_dir_all(&embedded)?;
    if !interface.exists() {
        return Ok(());
    }
    // Cargo takes what is missing for changed every time: an empty folder it can watch. Where it
    // cannot be made, for example in a checkout that is only read, that is all that is lost.
    let _ = fs::create_dir_all(&built);
    println!("cargo::rerun-if-changed={}", built.display());
    // Half of a build is worse than none: its page is written last.
    if built.join("index.html").is_file() {
        copy(&built, &embedded)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let into = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &into)?;
        } else {
            fs::copy(entry.path(), into)?;
        }
    }
    Ok(())
}

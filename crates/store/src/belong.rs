//! Which state database a data folder belongs to: opened with another one, numbers and segments
//! would be of two desks.

use crate::error::{Error, Result, io};
use crate::layout::{Layout, sync_dir};
use crate::state::url::StateUrl;
use crate::state::{State, Tx, commit, manifest, meta, remove_meta, set_meta};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::Path;

/// Name under which the state database keeps the mark of its folder.
const FOLDER: &str = "folder";

/// Refuses a folder whose state is kept the other way, before anything is made.
pub(crate) fn check_kind(layout: &Layout, url: &StateUrl) -> Result<()> {
    let other = |detail| Error::OtherState { folder: layout.root().to_path_buf(), detail };
    let (file, mark) = (layout.state().exists(), layout.mark().exists());
    match url.is_shared() {
        true if file => Err(other(
            "its state is in the file state.db; to move it, make a backup, and restore that to an \
             empty folder with this database",
        )),
        false if mark => Err(other("its state is on PostgreSQL; say where with --state")),
        _ => Ok(()),
    }
}

/// Makes sure that folder and shared database are of one desk; new ones are tied together here.
///
/// What was restored has segments and no mark yet: its database has none either.
pub(crate) async fn tie(layout: &Layout, state: &State) -> Result<()> {
    let other = |detail| Err(Error::OtherState { folder: layout.root().to_path_buf(), detail });
    let mut tx = state.begin().await?;
    let own = read(&layout.mark())?;
    match (meta(&mut tx, FOLDER).await?, own) {
        (Some(known), Some(own)) if known == own => return commit(tx).await,
        (_, Some(_)) => return other("it belongs to another database"),
        // A database that holds nothing yet: whoever made it has not marked the folder yet.
        (Some(known), None) if is_new(&mut tx).await? => {
            commit(tx).await?;
            return write(layout, &known);
        }
        (Some(_), None) => return other("the database belongs to another folder"),
        (None, None) => {}
    }
    let random = || RandomState::new().hash_one(0);
    let mark = format!("{:016x}{:016x}", random(), random());
    set_meta(&mut tx, FOLDER, mark.clone()).await?;
    commit(tx).await?;
    write(layout, &mark)
}

/// Takes the mark out of a copy, which is tied to the folder it is restored to.
pub(crate) async fn untie(state: &State) -> Result<()> {
    let mut tx = state.begin().await?;
    remove_meta(&mut tx, FOLDER).await?;
    commit(tx).await
}

async fn is_new(tx: &mut Tx) -> Result<bool> {
    Ok(manifest::read(tx).await?.is_empty())
}

fn read(file: &Path) -> Result<Option<String>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io("read", file)(error)),
    }
}

/// Writes the mark whole or not at all; another process may write the same at the same time.
fn write(layout: &Layout, mark: &str) -> Result<()> {
    let (root, file) = (layout.root(), layout.mark());
    let failed = io("write", &file);
    let written = tempfile::NamedTempFile::new_in(root).and_then(|mut whole| {
        writeln!(whole, "{mark}")?;
        whole.as_file().sync_all()?;
        whole.persist(&file).map_err(|error| error.error).map(|_| ())
    });
    written.map_err(failed)?;
    sync_dir(root)
}

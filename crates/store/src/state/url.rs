//! Where the state database is, told without its password.

use super::dialect::Dialect;
use crate::error::{Error, Result, io};
use sqlx::any::AnyConnectOptions;
use sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// Where the state database is: in the data folder, or on a PostgreSQL server that several
/// processes share.
#[derive(Clone, Default)]
pub struct StateUrl(Option<AnyConnectOptions>);

impl StateUrl {
    /// A SQLite file in the data folder, for one process.
    pub const fn file() -> Self {
        Self(None)
    }

    /// A database on a PostgreSQL server: `postgres://user:password@host:5432/database`, with the
    /// parameters of libpq's addresses, as `?sslmode=verify-full&sslrootcert=…`.
    ///
    /// # Errors
    /// [`Error::StateUrl`] when it is no such address.
    pub fn postgres(url: &str) -> Result<Self> {
        let wrong = |detail: String| Error::StateUrl { detail };
        let options = AnyConnectOptions::from_str(url)
            .map_err(|_| wrong("it cannot be read as an address".to_owned()))?;
        let scheme = options.database_url.scheme();
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(wrong(format!("it begins with {scheme}://")));
        }
        // What is wrong is named, but never the address itself: it holds a password.
        PgConnectOptions::from_str(url)
            .map_err(|_| wrong("a part or parameter of it is unknown or unreadable".to_owned()))?;
        Ok(Self(Some(options)))
    }

    /// Whether several processes may have it open at once.
    pub const fn is_shared(&self) -> bool {
        self.0.is_some()
    }

    pub(super) const fn dialect(&self) -> Dialect {
        if self.is_shared() { Dialect::Postgres } else { Dialect::Sqlite }
    }

    /// How to connect, where `file` is SQLite's.
    pub(super) fn options(&self, file: &Path) -> Result<AnyConnectOptions> {
        match &self.0 {
            Some(options) => Ok(options.clone()),
            None => sqlite(file),
        }
    }
}

/// The address of a SQLite file; its folder exists.
fn sqlite(file: &Path) -> Result<AnyConnectOptions> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return Err(Error::damaged(file.display().to_string(), "it names no file"));
    };
    // An address cannot say "..", so the folder is told as it really is.
    let file = std::fs::canonicalize(folder).map_err(io("open", folder))?.join(name);
    let Some(path) = file.to_str() else {
        let source = std::io::Error::other("its name is not text in UTF-8");
        return Err(io("open", &file)(source));
    };
    let mut url = "sqlite://".to_owned();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => url.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url.push_str("?mode=rwc");
    AnyConnectOptions::from_str(&url).map_err(crate::error::sql("open"))
}

impl PartialEq for StateUrl {
    fn eq(&self, other: &Self) -> bool {
        let url = |state: &Self| state.0.as_ref().map(|options| options.database_url.clone());
        url(self) == url(other)
    }
}

impl Eq for StateUrl {}

impl fmt::Display for StateUrl {
    /// The address without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(options) = &self.0 else { return f.write_str("state.db in the data folder") };
        let url = &options.database_url;
        write!(f, "postgres://{}{}", url.host_str().unwrap_or_default(), url.path())
    }
}

impl fmt::Debug for StateUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_never_shown() {
        let url = StateUrl::postgres("postgres://ada:secret@db.example:5433/desk?password=secret");
        let url = url.unwrap();
        assert_eq!(url.to_string(), "postgres://db.example/desk");
        assert_eq!(format!("{url:?}"), "StateUrl(postgres://db.example/desk)");
        assert!(url.is_shared());
    }

    #[test]
    fn what_is_no_address_of_postgresql_is_refused_without_being_shown() {
        for wrong in ["mysql://ada:secret@h/d", "secret", "postgres://ada:secret@h:port/d"] {
            let error = StateUrl::postgres(wrong).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_file_may_have_any_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("50% off? #1 größe");
        let options = sqlite(&file).unwrap();
        let url = options.database_url.as_str();
        assert!(url.ends_with("/50%25%20off%3F%20%231%20gr%C3%B6%C3%9Fe?mode=rwc"), "{url}");
    }
}

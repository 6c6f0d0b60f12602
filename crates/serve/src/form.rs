//! Files that a request carries, written to disk as they come.

use crate::limits::{IMPORT_BYTES_MAX, MAPPING_BYTES_MAX};
use crate::problem::{Kind, Problem};
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::header;
use futures::StreamExt as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// How the name of a folder of files begins, and how many random characters follow.
pub(crate) const FOLDER: &str = "deskmeter-";
const FOLDER_RANDOM: usize = 20;

/// A request's files, on disk.
pub(crate) struct Received {
    /// Where they are, until it is dropped.
    pub(crate) folder: TempDir,
    pub(crate) files: Vec<PathBuf>,
    /// The mapping sent along.
    pub(crate) mapping: Option<String>,
}

/// Writes what a request carries to disk: the parts of a form, or a bare body.
pub(crate) async fn receive(request: Request) -> Result<Received, Problem> {
    let folder = tempfile::Builder::new().prefix(FOLDER).rand_bytes(FOLDER_RANDOM).tempdir();
    let folder = folder.map_err(|error| Problem::internal(&error))?;
    let mut received = Received { folder, files: Vec::new(), mapping: None };
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        received.body(request.into_body()).await?;
        return Ok(received);
    }
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| Problem::new(Kind::Malformed, "form", error.body_text()))?;
    while let Some(field) = form.next_field().await.map_err(|error| unread(&error))? {
        match field.name() {
            Some("file") => received.file(field).await?,
            Some("mapping") => received.mapping(field).await?,
            other => {
                let name = other.unwrap_or_default();
                return Err(Problem::new(
                    Kind::Malformed,
                    "form",
                    format!("unknown part `{name}`"),
                )
                .hint("send `file` parts and at most one `mapping`"));
            }
        }
    }
    if received.files.is_empty() {
        return Err(Problem::new(Kind::Malformed, "form", "there is no `file` part"));
    }
    Ok(received)
}

fn unread(error: &MultipartError) -> Problem {
    let kind = if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Kind::TooLarge
    } else {
        Kind::Malformed
    };
    Problem::new(kind, "form", error.body_text())
}

impl Received {
    async fn body(&mut self, body: Body) -> Result<(), Problem> {
        let (mut file, path) = self.create("body")?;
        let mut bytes = 0;
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| {
                Problem::new(Kind::Malformed, "body", "the body ended before it was complete")
            })?;
            write(&mut file, &chunk, &mut bytes)?;
        }
        self.files.push(path);
        Ok(())
    }

    async fn file(&mut self, mut field: Field<'_>) -> Result<(), Problem> {
        let name = field.file_name().unwrap_or("file").to_owned();
        let (mut file, path) = self.create(&name)?;
        let mut bytes = 0;
        while let Some(chunk) = field.chunk().await.map_err(|error| unread(&error))? {
            write(&mut file, &chunk, &mut bytes)?;
        }
        self.files.push(path);
        Ok(())
    }

    async fn mapping(&mut self, mut field: Field<'_>) -> Result<(), Problem> {
        let mut text = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| unread(&error))? {
            text.extend_from_slice(&chunk);
            if text.len() > MAPPING_BYTES_MAX {
                let detail = format!("a mapping has at most {MAPPING_BYTES_MAX} bytes");
                return Err(Problem::new(Kind::TooLarge, "mapping", detail));
            }
        }
        let text = String::from_utf8(text)
            .map_err(|_| Problem::new(Kind::Malformed, "mapping", "the mapping is not UTF-8"))?;
        self.mapping = Some(text);
        Ok(())
    }

    /// A new file of this name in our folder; of a path only the last part counts.
    fn create(&self, name: &str) -> Result<(std::fs::File, PathBuf), Problem> {
        let name = name.rsplit(['/', '\\']).next().filter(|name| !name.is_empty() && *name != "..");
        let path = self.folder.path().join(Path::new(name.unwrap_or("file")));
        if path.exists() {
            let detail = "two files have the same name";
            return Err(Problem::new(Kind::Malformed, "form", detail));
        }
        let file = std::fs::File::create(&path).map_err(|error| Problem::internal(&error))?;
        Ok((file, path))
    }
}

fn write(file: &mut std::fs::File, chunk: &[u8], bytes: &mut usize) -> Result<(), Problem> {
    *bytes += chunk.len();
    if *bytes > IMPORT_BYTES_MAX {
        let detail = format!("a file has at most {IMPORT_BYTES_MAX} bytes here");
        return Err(Problem::new(Kind::TooLarge, "file", detail)
            .hint("import it with `deskmeter import`, which has no such limit"));
    }
    file.write_all(chunk).map_err(|error| Problem::internal(&error))
}

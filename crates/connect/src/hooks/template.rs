//! What is signed: the parts of a request, put together by a template such as `{timestamp}.{body}`.

use super::{HookRequest, body, header};

/// One part of what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Body,
    Timestamp,
    Method,
    Url,
    /// Names and values of the form in the body, sorted by name.
    Form,
    Header(String),
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(Part::Literal(rest[..open].to_owned()));
            }
            let Some(end) = rest[open..].find('}').map(|end| open + end) else {
                return Err("`{` is never closed".to_owned());
            };
            parts.push(part(&rest[open + 1..end])?);
            rest = &rest[end + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        let template = Self(parts);
        if template.covers_body() { Ok(template) } else { Err(UNCOVERED.to_owned()) }
    }

    fn covers_body(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Body | Part::Form))
    }

    pub(super) fn covers_timestamp(&self) -> bool {
        self.0.contains(&Part::Timestamp)
    }

    pub(super) fn covers_url(&self) -> bool {
        self.0.contains(&Part::Url)
    }

    /// The bytes that are signed; `None` where a header that belongs to them is missing.
    pub(super) fn fill(
        &self,
        request: &HookRequest<'_>,
        timestamp: &str,
        url: &str,
    ) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(request.body.len() + 64);
        for part in &self.0 {
            match part {
                Part::Literal(text) => bytes.extend(text.as_bytes()),
                Part::Body => bytes.extend(request.body),
                Part::Timestamp => bytes.extend(timestamp.as_bytes()),
                Part::Method => bytes.extend(request.method.as_bytes()),
                Part::Url => bytes.extend(url.as_bytes()),
                Part::Header(name) => bytes.extend(header(request.headers, name)?.as_bytes()),
                Part::Form => {
                    let mut pairs = body::pairs(request.body);
                    pairs.sort();
                    bytes.extend(pairs.iter().flat_map(|(name, value)| [name, value]).fold(
                        Vec::new(),
                        |mut all: Vec<u8>, text| {
                            all.extend(text.as_bytes());
                            all
                        },
                    ));
                }
            }
        }
        Some(bytes)
    }
}

const UNCOVERED: &str = "it must hold {body} or {form}: a signature that leaves the body out \
                         proves nothing about it";

fn part(name: &str) -> Result<Part, String> {
    Ok(match name {
        "body" => Part::Body,
        "timestamp" => Part::Timestamp,
        "method" => Part::Method,
        "url" => Part::Url,
        "form" => Part::Form,
        _ => match name.strip_prefix("header:") {
            Some(header) if !header.is_empty() => Part::Header(header.to_lowercase()),
            _ => {
                return Err(format!(
                    "`{{{name}}}` is not known; there are {{body}}, {{timestamp}}, {{method}}, \
                     {{url}}, {{form}} and {{header:NAME}}"
                ));
            }
        },
    })
}

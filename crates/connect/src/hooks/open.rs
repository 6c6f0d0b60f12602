//! The file of a hook: read with every mistake in it, together with its mapping and its secrets.

use super::body::BodyKind;
use super::greeting::{Asked, Greeting};
use super::secret::Secret;
use super::signature::{Algorithm, Encoding, Signature, Spot, Token};
use super::template::Template;
use super::{DeliveryId, Hook, issues_of};
use crate::Mapping;
use crate::issue::Issue;
use crate::limits::{HOOK_BYTES_MAX, HOOK_HEADERS_MAX, HOOK_TOLERANCE_SECONDS, MAPPING_BYTES_MAX};
use crate::mapping::tree::{Form, Node, Tree};
use crate::payloads::Payloads;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_saphyr::Spanned;
use std::path::{Path, PathBuf};

/// Tells the value of an environment variable.
pub type Variables<'v> = &'v dyn Fn(&str) -> Option<String>;

/// The hooks of a folder: every `*.yaml` and `*.yml` in it, by name of file.
///
/// # Errors
/// Every mistake in every file, each place beginning with the name of its file; two hooks of one
/// source; a folder that cannot be read.
pub fn folder(folder: &Path, variables: Variables<'_>) -> Result<Vec<Hook>, Vec<Issue>> {
    let unread = |error: std::io::Error| {
        vec![Issue::new("unreadable", folder.display().to_string(), error.to_string())]
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_some_and(|it| it == "yaml" || it == "yml") {
            files.push(path);
        }
    }
    files.sort();
    let (mut hooks, mut issues) = (Vec::<Hook>::new(), Vec::new());
    for file in files {
        match Hook::open(&file, variables) {
            Ok(hook) if hooks.iter().any(|known| known.source == hook.source) => {
                let message = format!("another file has a hook of the source `{}`", hook.source);
                issues.push(Issue::new("twice", name_of(&file), message));
            }
            Ok(hook) => hooks.push(hook),
            Err(found) => issues.extend(found.into_iter().map(|issue| Issue {
                place: format!("{}: {}", name_of(&file), issue.place),
                ..issue
            })),
        }
    }
    if issues.is_empty() { Ok(hooks) } else { Err(issues) }
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

impl Hook {
    /// Reads a hook's file, its mapping and its secrets; paths in it start at its folder.
    ///
    /// # Errors
    /// Every mistake in it at once.
    pub fn open(file: &Path, variables: Variables<'_>) -> Result<Self, Vec<Issue>> {
        let text = read(file, HOOK_BYTES_MAX).map_err(|issue| vec![issue])?;
        let tree: Spanned<Tree> = serde_saphyr::from_str(&text).map_err(|error| {
            let at = error.location().map_or(1, |location| location.line());
            let message = error.to_string();
            let first = message.lines().next().unwrap_or_default().to_owned();
            vec![Issue::new("bad_yaml", format!("line {at}"), first)]
        })?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut reader = Reader { folder, variables, issues: Vec::new() };
        let hook = reader.hook(&Node::root(&tree));
        match hook {
            Some(hook) if reader.issues.is_empty() => Ok(hook),
            _ => Err(reader.issues),
        }
    }
}

fn read(file: &Path, bytes_max: usize) -> Result<String, Issue> {
    let unread = |message: String| Issue::new("unreadable", file.display().to_string(), message);
    let size = std::fs::metadata(file).map_err(|error| unread(error.to_string()))?.len();
    if size > bytes_max as u64 {
        return Err(unread(format!("{size} bytes; at most {bytes_max} are read")));
    }
    std::fs::read_to_string(file).map_err(|error| unread(error.to_string()))
}

struct Reader<'r> {
    folder: &'r Path,
    variables: Variables<'r>,
    issues: Vec<Issue>,
}

impl Reader<'_> {
    fn hook(&mut self, node: &Node<'_>) -> Option<Hook> {
        let mut form = Form::new(node, &mut self.issues);
        form.take("description");
        let source = form.need("source", &mut self.issues);
        let mapping = form.need("mapping", &mut self.issues);
        let secrets = form.take("secrets").map_or(Vec::new(), |node| self.secrets(&node));
        let signature = form.take("signature");
        let none = signature.as_ref().is_some_and(|node| is_word(node, "none"));
        let signature = signature.filter(|_| !none).and_then(|node| self.signature(&node));
        let token = form.take("token").and_then(|node| self.token(&node));
        let headers = form.take("headers").map_or(Vec::new(), |node| self.headers(&node));
        let delivery_id = form.take("delivery_id").and_then(|node| self.delivery_id(&node));
        let greeting = form.take("challenge").and_then(|node| self.greeting(&node));
        let kind = form.take("body").map_or(BodyKind::Json, |node| self.kind(&node));
        form.finish(&mut self.issues);
        let proven = signature.is_some() || token.is_some();
        if !proven && !none && self.issues.is_empty() {
            let message = "nothing says how a sender proves who it is";
            self.issues
                .push(node.issue("unproven", message).hint(
                    "add `signature` or `token`; `signature: none` takes what anybody sends",
                ));
        }
        if proven && secrets.is_empty() && self.issues.is_empty() {
            let issue = node.issue("no_secret", "a signature or token needs `secrets`");
            self.issues.push(issue.hint("for example `secrets: [{env: HELPDESK_SECRET}]`"));
        }
        let source = source?.text(&mut self.issues)?.to_owned();
        let payloads = self.payloads(&mapping?, &source)?;
        Some(Hook {
            source,
            payloads,
            signature,
            token,
            secrets,
            headers,
            delivery_id,
            greeting,
            kind,
        })
    }

    fn payloads(&mut self, node: &Node<'_>, source: &str) -> Option<Payloads> {
        let file = self.folder.join(node.text(&mut self.issues)?);
        let made = read(&file, MAPPING_BYTES_MAX).map_err(|issue| vec![issue]).and_then(|text| {
            let mapping = Mapping::parse_for(&text, Some(source))?;
            let folder = file.parent().unwrap_or(Path::new(""));
            let tables: Vec<PathBuf> =
                mapping.tables.iter().map(|table| folder.join(&table.file)).collect();
            Payloads::new(mapping, &tables).map_err(issues_of)
        });
        let within = |issue: Issue| Issue { place: within(&file, &issue.place), ..issue };
        made.map_err(|issues| self.issues.extend(issues.into_iter().map(within))).ok()
    }

    fn secrets(&mut self, node: &Node<'_>) -> Vec<Secret> {
        node.items().iter().filter_map(|item| self.secret(item)).collect()
    }

    fn secret(&mut self, node: &Node<'_>) -> Option<Secret> {
        let mut form = Form::new(node, &mut self.issues);
        let from = (form.take("env"), form.take("file"));
        let prefix = form.text("prefix", &mut self.issues).unwrap_or_default();
        let written = form.take("encoding").and_then(|node| {
            let words = [("text", None), ("hex", Some(Encoding::Hex))];
            let words = [words[0], words[1], ("base64", Some(Encoding::Base64))];
            node.word(&words, &mut self.issues)
        });
        let not_after = form.take("not_after").and_then(|node| {
            let parsed = node.text(&mut self.issues)?.parse();
            if parsed.is_err() {
                let issue = node.issue("bad_time", "an instant is expected here");
                self.issues.push(issue.hint("for example 2026-12-31T00:00:00Z"));
            }
            parsed.ok()
        });
        form.finish(&mut self.issues);
        let text = match from {
            (Some(name), None) => self.variable(&name)?,
            (None, Some(file)) => self.secret_file(&file)?,
            _ => {
                let issue = node.issue("no_secret", "a secret comes from `env` or from `file`");
                self.issues.push(issue.hint("secrets do not stand in the file itself"));
                return None;
            }
        };
        // What the file shows is never quoted: a wrong line may be the secret itself.
        let text = text.trim_end_matches(['\r', '\n']);
        let text = text.strip_prefix(&*prefix).unwrap_or(text);
        let bytes = match written.flatten() {
            None => Some(text.as_bytes().to_vec()),
            Some(Encoding::Hex) => hex::decode(text).ok(),
            Some(Encoding::Base64) => STANDARD.decode(text).ok(),
        };
        match bytes {
            Some(bytes) if !bytes.is_empty() => Some(Secret::new(bytes, not_after)),
            Some(_) => {
                self.issues.push(node.issue("no_secret", "the secret is empty"));
                None
            }
            None => {
                self.issues.push(node.issue("bad_secret", "the secret is not written like this"));
                None
            }
        }
    }

    fn variable(&mut self, node: &Node<'_>) -> Option<String> {
        let name = node.text(&mut self.issues)?;
        let value = (self.variables)(name);
        if value.is_none() {
            let message = format!("the environment has no variable `{name}`");
            self.issues.push(node.issue("no_secret", message));
        }
        value
    }

    fn secret_file(&mut self, node: &Node<'_>) -> Option<String> {
        let file = self.folder.join(node.text(&mut self.issues)?);
        read(&file, HOOK_BYTES_MAX)
            .map_err(|issue| self.issues.push(Issue { place: node.place(), ..issue }))
            .ok()
    }

    fn signature(&mut self, node: &Node<'_>) -> Option<Signature> {
        let mut form = Form::new(node, &mut self.issues);
        let at = self.spot(&mut form);
        let algorithm = form.need("algorithm", &mut self.issues).and_then(|node| {
            let words = [
                ("sha1", Algorithm::Sha1),
                ("sha256", Algorithm::Sha256),
                ("sha512", Algorithm::Sha512),
            ];
            node.word(&words, &mut self.issues)
        });
        let encoding = form.need("encoding", &mut self.issues).and_then(|node| {
            let words = [("hex", Encoding::Hex), ("base64", Encoding::Base64)];
            node.word(&words, &mut self.issues)
        });
        let signed_node = form.take("signed");
        let signed = match &signed_node {
            Some(node) => Template::parse(node.text(&mut self.issues)?)
                .map_err(|message| self.issues.push(node.issue("bad_template", message)))
                .ok(),
            None => Template::parse("{body}").ok(),
        };
        let timestamp_node = form.take("timestamp");
        let timestamp = timestamp_node.as_ref().and_then(|node| {
            let mut form = Form::new(node, &mut self.issues);
            let spot = self.spot(&mut form);
            form.finish(&mut self.issues);
            spot
        });
        let tolerance = form.take("tolerance_seconds").and_then(|node| self.number(&node));
        let url = form.text("url", &mut self.issues).unwrap_or_default();
        form.finish(&mut self.issues);
        let signed = signed?;
        if signed.covers_timestamp() != timestamp_node.is_some() {
            let message = "`timestamp` and {timestamp} in `signed` need each other";
            let issue = node.issue("unsigned_timestamp", message);
            self.issues.push(issue.hint("a time that is not signed proves nothing"));
        }
        if signed.covers_url() && url.is_empty() {
            let message = "{url} needs `url`: the address as the sender knows it";
            self.issues.push(node.issue("missing_key", message));
        }
        Some(Signature {
            at: at?,
            algorithm: algorithm?,
            encoding: encoding?,
            signed,
            timestamp,
            tolerance_seconds: tolerance.unwrap_or(HOOK_TOLERANCE_SECONDS),
            url,
        })
    }

    fn spot(&mut self, form: &mut Form<'_>) -> Option<Spot> {
        let header = form.need("header", &mut self.issues);
        let prefix = form.text("prefix", &mut self.issues).unwrap_or_default();
        let separator = form.text("separator", &mut self.issues).filter(|text| !text.is_empty());
        let header = header?.text(&mut self.issues)?.to_lowercase();
        Some(Spot { header, separator, prefix })
    }

    fn number(&mut self, node: &Node<'_>) -> Option<u64> {
        let number = node.text(&mut self.issues)?.parse().ok();
        if number.is_none() {
            self.issues.push(node.issue("wrong_value", "a whole number is expected here"));
        }
        number
    }

    fn token(&mut self, node: &Node<'_>) -> Option<Token> {
        let mut form = Form::new(node, &mut self.issues);
        let token = match form.text("query", &mut self.issues) {
            Some(name) => Some(Token::Query(name)),
            None => self.spot(&mut form).map(Token::Header),
        };
        form.finish(&mut self.issues);
        token
    }

    fn headers(&mut self, node: &Node<'_>) -> Vec<String> {
        let names = node.texts(&mut self.issues);
        if names.len() > HOOK_HEADERS_MAX {
            let message = format!("at most {HOOK_HEADERS_MAX} headers are kept");
            self.issues.push(node.issue("too_many", message));
        }
        names.iter().map(|name| name.to_lowercase()).collect()
    }

    fn delivery_id(&mut self, node: &Node<'_>) -> Option<DeliveryId> {
        let mut form = Form::new(node, &mut self.issues);
        let header = form.text("header", &mut self.issues);
        let field = form.text("field", &mut self.issues);
        form.finish(&mut self.issues);
        match (header, field) {
            (Some(name), None) => Some(DeliveryId::Header(name.to_lowercase())),
            (None, Some(path)) => Some(DeliveryId::Field(path_of(&path))),
            _ => {
                let message = "the id of a delivery stands in a `header` or in a `field`";
                self.issues.push(node.issue("wrong_shape", message));
                None
            }
        }
    }

    fn greeting(&mut self, node: &Node<'_>) -> Option<Greeting> {
        let mut form = Form::new(node, &mut self.issues);
        let field = form.text("field", &mut self.issues);
        let query = form.text("query", &mut self.issues);
        let token = form.text("token", &mut self.issues);
        let mut when = Vec::new();
        if let Some(node) = form.take("when") {
            for (path, value) in node.entries(&mut self.issues) {
                if let Some(text) = value.text(&mut self.issues) {
                    when.push((path_of(path), text.to_owned()));
                }
            }
        }
        let as_json = form
            .take("answer")
            .and_then(|node| node.word(&[("text", false), ("json", true)], &mut self.issues));
        form.finish(&mut self.issues);
        let asked = match (field, query) {
            (Some(path), None) => Asked::Field { path: path_of(&path), when },
            (None, Some(name)) => Asked::Query { name, token },
            _ => {
                let message =
                    "the value to send back stands in a `field` or in a `query` parameter";
                self.issues.push(node.issue("wrong_shape", message));
                return None;
            }
        };
        Some(Greeting { asked, as_json: as_json.unwrap_or(false) })
    }

    fn kind(&mut self, node: &Node<'_>) -> BodyKind {
        if is_word(node, "json") {
            return BodyKind::Json;
        }
        if is_word(node, "form") {
            return BodyKind::Form;
        }
        if matches!(node.tree, Tree::Scalar(_)) {
            let issue =
                node.issue("unknown_word", "a body is `json`, `form` or {form_field: NAME}");
            self.issues.push(issue);
            return BodyKind::Json;
        }
        let mut form = Form::new(node, &mut self.issues);
        let field = form.text("form_field", &mut self.issues);
        form.finish(&mut self.issues);
        field.map_or(BodyKind::Json, BodyKind::FormField)
    }
}

fn is_word(node: &Node<'_>, word: &str) -> bool {
    matches!(node.tree, Tree::Scalar(text) if text == word)
}

fn path_of(text: &str) -> Vec<String> {
    text.split('.').map(str::to_owned).collect()
}

fn within(file: &Path, place: &str) -> String {
    let name = name_of(file);
    if place.contains(&name) { place.to_owned() } else { format!("{name}: {place}") }
}

//! Handshakes: a vendor asks an address to show that it is ours before it sends anything there.

use super::HookRequest;
use super::body::at;
use super::secret::Secret;
use super::signature::is_one_of;
use serde_json::{Value, json};

/// How a vendor asks, and how the answer looks.
#[derive(Clone, Debug)]
pub(super) struct Greeting {
    pub(super) asked: Asked,
    /// Whether the answer is `{"<name>": "<value>"}` instead of the value.
    pub(super) as_json: bool,
}

/// Where the value to send back stands.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// In a field of the body, where other fields have these values.
    Field { path: Vec<String>, when: Vec<(Vec<String>, String)> },
    /// In a parameter of the address, where another holds one of the secrets, if one is named.
    Query { name: String, token: Option<String> },
}

impl Greeting {
    pub(super) fn answer(&self, request: &HookRequest<'_>, secrets: &[Secret]) -> Option<String> {
        let (name, value) = match &self.asked {
            Asked::Field { path, when } => {
                let body: Value = serde_json::from_slice(request.body).ok()?;
                let holds = |(path, wanted): &(Vec<String>, String)| {
                    at(&body, path).and_then(Value::as_str) == Some(wanted)
                };
                if !when.iter().all(holds) {
                    return None;
                }
                (path.last()?.clone(), at(&body, path)?.as_str()?.to_owned())
            }
            Asked::Query { name, token } => {
                let parameter = |name: &str| {
                    request.query.iter().find(|(known, _)| known == name).map(|(_, value)| value)
                };
                if let Some(token) = token
                    && !is_one_of(parameter(token)?.as_bytes(), secrets, request.at)
                {
                    return None;
                }
                (name.clone(), parameter(name)?.clone())
            }
        };
        Some(if self.as_json { json!({ name: value }).to_string() } else { value })
    }
}

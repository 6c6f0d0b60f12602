//! Bodies of webhooks as JSON, whichever way they are written.

use serde_json::{Map, Value};
use std::borrow::Cow;

/// How bodies are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum BodyKind {
    #[default]
    Json,
    /// A form: its fields are the members of an object.
    Form,
    /// A form with a field that holds JSON.
    FormField(String),
}

impl BodyKind {
    /// The body as JSON text.
    ///
    /// # Errors
    /// It lacks the field that should hold it.
    pub(super) fn json<'a>(&self, body: &'a [u8]) -> Result<Cow<'a, [u8]>, String> {
        match self {
            Self::Json => Ok(Cow::Borrowed(body)),
            Self::Form => {
                let mut object = Map::new();
                for (name, value) in pairs(body) {
                    object.insert(name, Value::String(value));
                }
                Ok(Cow::Owned(Value::Object(object).to_string().into_bytes()))
            }
            Self::FormField(field) => pairs(body)
                .into_iter()
                .find(|(name, _)| name == field)
                .map(|(_, value)| Cow::Owned(value.into_bytes()))
                .ok_or_else(|| format!("the form has no field `{field}`")),
        }
    }
}

/// The fields of a form, in their order.
pub(super) fn pairs(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The value that a path of field names leads to.
pub(super) fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

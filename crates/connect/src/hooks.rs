//! Webhooks: who may send them, how they prove it, and by which mapping they are read.
//!
//! A hook is a YAML file (see docs/reference/hooks.md). Its words are the general ones behind all
//! the schemes there are: which header holds a signature, how it is written, and what is signed.

mod body;
mod greeting;
mod open;
mod secret;
mod signature;
mod template;

pub use open::{Variables, folder};

use crate::error::Error;
use crate::payloads::{Mapped, Payloads};
use crate::quarantine::{Place, Quarantined, raw_text};
use body::BodyKind;
use event::{Instant, Text};
use greeting::Greeting;
use secret::Secret;
use sha2::{Digest as _, Sha256};
use signature::{Signature, Token};

/// A webhook of one source.
#[derive(Debug)]
pub struct Hook {
    source: String,
    payloads: Payloads,
    signature: Option<Signature>,
    token: Option<Token>,
    secrets: Vec<Secret>,
    /// Headers kept with a delivery, in lower case.
    headers: Vec<String>,
    delivery_id: Option<DeliveryId>,
    greeting: Option<Greeting>,
    kind: BodyKind,
}

/// Where a delivery's own id stands.
#[derive(Clone, Debug)]
enum DeliveryId {
    Header(String),
    /// A path of field names into the JSON body.
    Field(Vec<String>),
}

/// A request as it came. Names of headers are in lower case.
#[derive(Clone, Copy, Debug)]
pub struct HookRequest<'a> {
    /// `POST`, for deliveries.
    pub method: &'a str,
    /// Headers, in their order.
    pub headers: &'a [(String, String)],
    /// Parameters of the address.
    pub query: &'a [(String, String)],
    /// The body, byte by byte.
    pub body: &'a [u8],
    /// When it came.
    pub at: Instant,
}

/// What is kept of a delivery until it is mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookDelivery {
    /// Its own id, or the digest of all that is kept: equal for a delivery that is sent again.
    pub key: String,
    /// The headers that its mapping may read.
    pub headers: Vec<(String, String)>,
}

/// Why a request is not believed. It says nothing that helps to forge one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A header or parameter that must be there is not.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A header cannot be read.
    #[error("`{0}` is not written as the hook's file says")]
    Unreadable(String),
    /// It was signed too long ago, or will be.
    #[error("it was signed {age_seconds} s from now, and {tolerance_seconds} s are tolerated")]
    Stale {
        /// How far from now, whether before or after.
        age_seconds: u64,
        /// How far it may be.
        tolerance_seconds: u64,
    },
    /// It was signed with a secret whose time is over.
    #[error("it was signed with a secret that is no longer valid")]
    Expired,
    /// No secret makes this signature of this body.
    #[error("the signature does not match the body and any of the secrets")]
    Forged,
    /// The token is another one.
    #[error("the token is not one of the secrets")]
    WrongToken,
}

impl Refusal {
    /// A stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "missing_signature",
            Self::Unreadable(_) => "unreadable_signature",
            Self::Stale { .. } => "stale_signature",
            Self::Expired => "expired_secret",
            Self::Forged => "wrong_signature",
            Self::WrongToken => "wrong_token",
        }
    }
}

impl Hook {
    /// The source its deliveries belong to, which is also its name.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How deliveries prove where they come from: `signature`, `token`, both, or `none`.
    pub fn proof(&self) -> &'static str {
        match (&self.signature, &self.token) {
            (Some(_), Some(_)) => "signature and token",
            (Some(_), None) => "signature",
            (None, Some(_)) => "token",
            (None, None) => "none",
        }
    }

    /// Checks that a request comes from who knows a secret.
    ///
    /// # Errors
    /// It does not, or not lately enough.
    pub fn verify(&self, request: &HookRequest<'_>) -> Result<(), Refusal> {
        if let Some(token) = &self.token {
            token.verify(request, &self.secrets)?;
        }
        match &self.signature {
            Some(signature) => signature.verify(request, &self.secrets),
            None => Ok(()),
        }
    }

    /// The headers that `verify` would believe for this request, for trying it out. Those of a
    /// token hold the secret itself: they are not for showing.
    pub fn sign(&self, request: &HookRequest<'_>) -> Vec<(String, String)> {
        let token = self.token.iter().flat_map(|token| token.show(request, &self.secrets));
        token.chain(self.signed_headers(request)).collect()
    }

    /// The headers of a signature that `verify` would believe; they may be shown.
    pub fn signed_headers(&self, request: &HookRequest<'_>) -> Vec<(String, String)> {
        self.signature.iter().flat_map(|it| it.sign(request, &self.secrets)).collect()
    }

    /// The answer that shows a vendor that this address is ours; `None` where it did not ask.
    /// A request with a body must have been verified.
    pub fn greet(&self, request: &HookRequest<'_>) -> Option<String> {
        self.greeting.as_ref()?.answer(request, &self.secrets)
    }

    /// What to keep of a delivery beside its body.
    pub fn delivery(&self, request: &HookRequest<'_>) -> HookDelivery {
        let kept = request.headers.iter().filter(|(name, _)| self.headers.contains(name));
        let headers: Vec<(String, String)> = kept.cloned().collect();
        let key = self.own_id(request).unwrap_or_else(|| digest(&headers, request.body));
        HookDelivery { key, headers }
    }

    fn own_id(&self, request: &HookRequest<'_>) -> Option<String> {
        /// Bytes of an id that is kept as it is.
        const ID_BYTES_MAX: usize = 200;
        let id = match self.delivery_id.as_ref()? {
            DeliveryId::Header(name) => header(request.headers, name)?.to_owned(),
            DeliveryId::Field(path) => {
                let payload = self.kind.json(request.body).ok()?;
                let value: serde_json::Value = serde_json::from_slice(&payload).ok()?;
                match body::at(&value, path)? {
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Number(number) => number.to_string(),
                    _ => return None,
                }
            }
        };
        let fits = !id.is_empty() && id.len() <= ID_BYTES_MAX;
        Some(if fits { format!("id:{id}") } else { digest(&[], id.as_bytes()) })
    }

    /// What a kept delivery says. It is a function of what was kept, so that mapping it again
    /// after a crash makes the same events.
    pub fn map(&self, body: &[u8], headers: &[(String, String)], received: Instant) -> Mapped {
        let place = Place { file: Text::from("webhook"), sheet: None, line: 1 };
        match self.kind.json(body) {
            Ok(payload) => self.payloads.map(&payload, headers, received, &place),
            Err(message) => {
                let quarantined = Quarantined {
                    place,
                    code: "bad_form".to_owned(),
                    message,
                    hint: Some("`body` in the hook's file says how bodies are written".to_owned()),
                    raw: raw_text(body),
                };
                Mapped { quarantined: vec![quarantined], ..Mapped::default() }
            }
        }
    }
}

/// The first header of a name in lower case.
fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn digest(headers: &[(String, String)], body: &[u8]) -> String {
    let mut digest = Sha256::new();
    for (name, value) in headers {
        for part in [name, value] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    digest.update(body);
    format!("sha256:{}", hex::encode(digest.finalize()))
}

/// What kept a hook's file from being used.
pub(crate) fn issues_of(error: Error) -> Vec<crate::Issue> {
    match error {
        Error::Mapping(issues) => issues,
        other => vec![crate::Issue::new("mapping", "mapping", other.to_string())],
    }
}

//! Signatures and tokens: what proves that a request comes from who knows a secret.

use super::secret::Secret;
use super::template::Template;
use super::{HookRequest, Refusal, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use event::Instant;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// How a request is signed.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) at: Spot,
    pub(super) algorithm: Algorithm,
    pub(super) encoding: Encoding,
    pub(super) signed: Template,
    /// When it was signed.
    pub(super) timestamp: Option<Spot>,
    pub(super) tolerance_seconds: u64,
    /// The address as the sender knows it.
    pub(super) url: String,
}

/// A place in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// Its name in lower case.
    pub(super) header: String,
    /// What stands between the parts of the header, if it has several.
    pub(super) separator: Option<String>,
    /// What the part begins with.
    pub(super) prefix: String,
}

/// The hash function of the HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

/// How bytes are written in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Hex,
    Base64,
}

impl Spot {
    /// The parts of the header that begin as they must, without that beginning.
    fn parts<'r>(&self, request: &HookRequest<'r>) -> Result<Vec<&'r str>, Refusal> {
        let missing = || Refusal::Missing(self.header.clone());
        let value = header(request.headers, &self.header).ok_or_else(missing)?;
        let parts: Vec<&str> = match &self.separator {
            Some(separator) => value.split(separator.as_str()).collect(),
            None => vec![value],
        };
        let found: Vec<&str> =
            parts.iter().filter_map(|part| part.trim().strip_prefix(&*self.prefix)).collect();
        if found.is_empty() { Err(Refusal::Unreadable(self.header.clone())) } else { Ok(found) }
    }
}

impl Signature {
    pub(super) fn verify(
        &self,
        request: &HookRequest<'_>,
        secrets: &[Secret],
    ) -> Result<(), Refusal> {
        let unreadable = || Refusal::Unreadable(self.at.header.clone());
        let given: Vec<Vec<u8>> =
            self.at.parts(request)?.iter().filter_map(|part| self.encoding.read(part)).collect();
        if given.is_empty() {
            return Err(unreadable());
        }
        let timestamp = self.timestamp(request)?;
        let signed = self
            .signed
            .fill(request, timestamp, &self.url)
            .ok_or_else(|| Refusal::Missing("a header that is signed".to_owned()))?;
        let by = |secret: &Secret| {
            given.iter().any(|given| self.algorithm.verify(secret.bytes(), &signed, given))
        };
        let (valid, over): (Vec<&Secret>, Vec<&Secret>) =
            secrets.iter().partition(|secret| secret.is_valid(request.at));
        if !valid.into_iter().any(by) {
            return Err(if over.into_iter().any(by) { Refusal::Expired } else { Refusal::Forged });
        }
        // Only now: what an unsigned timestamp says is nobody's word.
        self.check_age(timestamp, request.at)
    }

    fn timestamp<'r>(&self, request: &HookRequest<'r>) -> Result<&'r str, Refusal> {
        let Some(spot) = &self.timestamp else { return Ok("") };
        let parts = spot.parts(request)?;
        parts.first().copied().ok_or_else(|| Refusal::Missing(spot.header.clone()))
    }

    fn check_age(&self, timestamp: &str, now: Instant) -> Result<(), Refusal> {
        let Some(spot) = &self.timestamp else { return Ok(()) };
        let at = instant(timestamp).ok_or_else(|| Refusal::Unreadable(spot.header.clone()))?;
        let age_seconds = at.micros().abs_diff(now.micros()) / 1_000_000;
        let tolerance_seconds = self.tolerance_seconds;
        if age_seconds > tolerance_seconds {
            return Err(Refusal::Stale { age_seconds, tolerance_seconds });
        }
        Ok(())
    }

    /// The headers of a request that is signed with the first valid secret.
    pub(super) fn sign(
        &self,
        request: &HookRequest<'_>,
        secrets: &[Secret],
    ) -> Vec<(String, String)> {
        let seconds = (request.at.micros() / 1_000_000).to_string();
        let Some(secret) = secrets.iter().find(|secret| secret.is_valid(request.at)) else {
            return Vec::new();
        };
        let Some(signed) = self.signed.fill(request, &seconds, &self.url) else {
            return Vec::new();
        };
        let made = self.encoding.write(&self.algorithm.make(secret.bytes(), &signed));
        let made = format!("{}{made}", self.at.prefix);
        let Some(spot) = &self.timestamp else { return vec![(self.at.header.clone(), made)] };
        let stamped = format!("{}{seconds}", spot.prefix);
        if spot.header == self.at.header {
            let between = self.at.separator.as_deref().unwrap_or(",");
            return vec![(self.at.header.clone(), format!("{stamped}{between}{made}"))];
        }
        vec![(spot.header.clone(), stamped), (self.at.header.clone(), made)]
    }
}

/// Seconds or milliseconds since 1970, or RFC 3339.
fn instant(text: &str) -> Option<Instant> {
    /// Numbers from here on are milliseconds: as seconds they lie beyond the year 5000.
    const MILLISECONDS_FROM: i64 = 100_000_000_000;
    match text.parse::<i64>() {
        Ok(number) if number >= MILLISECONDS_FROM => number.checked_mul(1_000),
        Ok(number) => number.checked_mul(1_000_000),
        Err(_) => return text.parse().ok(),
    }
    .map(Instant::from_micros)
}

impl Algorithm {
    fn make(self, secret: &[u8], signed: &[u8]) -> Vec<u8> {
        macro_rules! hmac {
            ($hash:ty) => {
                // An HMAC takes keys of every length.
                Hmac::<$hash>::new_from_slice(secret).map_or_else(
                    |_| Vec::new(),
                    |mac| mac.chain_update(signed).finalize().into_bytes().to_vec(),
                )
            };
        }
        match self {
            Self::Sha1 => hmac!(Sha1),
            Self::Sha256 => hmac!(Sha256),
            Self::Sha512 => hmac!(Sha512),
        }
    }

    /// Compares in a time that says nothing about where the two differ.
    fn verify(self, secret: &[u8], signed: &[u8], given: &[u8]) -> bool {
        macro_rules! hmac {
            ($hash:ty) => {
                Hmac::<$hash>::new_from_slice(secret)
                    .is_ok_and(|mac| mac.chain_update(signed).verify_slice(given).is_ok())
            };
        }
        match self {
            Self::Sha1 => hmac!(Sha1),
            Self::Sha256 => hmac!(Sha256),
            Self::Sha512 => hmac!(Sha512),
        }
    }
}

impl Encoding {
    fn read(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex => hex::decode(text).ok(),
            Self::Base64 => STANDARD.decode(text).ok(),
        }
    }

    fn write(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => hex::encode(bytes),
            Self::Base64 => STANDARD.encode(bytes),
        }
    }
}

/// A secret that is sent as it is.
#[derive(Clone, Debug)]
pub(super) enum Token {
    /// In a header, behind a prefix such as `Bearer `.
    Header(Spot),
    /// In a parameter of the address.
    Query(String),
}

impl Token {
    pub(super) fn verify(
        &self,
        request: &HookRequest<'_>,
        secrets: &[Secret],
    ) -> Result<(), Refusal> {
        let given = match self {
            Self::Header(spot) => spot.parts(request)?,
            Self::Query(name) => {
                let found = request.query.iter().filter(|(known, _)| known == name);
                found.map(|(_, value)| value.as_str()).collect()
            }
        };
        match given.first() {
            Some(given) if is_one_of(given.as_bytes(), secrets, request.at) => Ok(()),
            Some(_) => Err(Refusal::WrongToken),
            None => Err(Refusal::Missing("the token".to_owned())),
        }
    }

    pub(super) fn show(
        &self,
        request: &HookRequest<'_>,
        secrets: &[Secret],
    ) -> Option<(String, String)> {
        let secret = secrets.iter().find(|secret| secret.is_valid(request.at))?;
        let text = String::from_utf8_lossy(secret.bytes());
        Some(match self {
            Self::Header(spot) => (spot.header.clone(), format!("{}{text}", spot.prefix)),
            Self::Query(name) => (name.clone(), text.into_owned()),
        })
    }
}

/// Whether this is a valid secret. Digests are compared, so that neither length nor content shows
/// in the time it takes.
pub(super) fn is_one_of(given: &[u8], secrets: &[Secret], at: Instant) -> bool {
    const SAID: &[u8] = b"token";
    let given = Algorithm::Sha256.make(given, SAID);
    let valid = secrets.iter().filter(|secret| secret.is_valid(at));
    valid
        .fold(false, |found, secret| found | Algorithm::Sha256.verify(secret.bytes(), SAID, &given))
}

//! Reads what a request carries, so that whatever is wrong with it comes back as a problem.

use crate::problem::{Kind, Problem};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// The whole body.
pub(crate) struct Payload(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Payload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection| unread(&rejection))
    }
}

fn unread(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Kind::TooLarge, "body", "the body is larger than this path takes")
            .hint("send smaller batches; large files go through `deskmeter import`")
    } else {
        Problem::new(Kind::Malformed, "body", "the body ended before it was complete")
    }
}

impl Payload {
    /// Reads the body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, what: &str) -> Result<T, Problem> {
        serde_json::from_slice(&self.0).map_err(|error| Problem::malformed(what, &error))
    }
}

/// The query string, read into `T`.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => Err(unasked(&rejection)),
        }
    }
}

fn unasked(rejection: &QueryRejection) -> Problem {
    Problem::new(Kind::Malformed, "query", rejection.body_text())
}

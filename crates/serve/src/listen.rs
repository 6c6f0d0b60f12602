//! Where the server may listen, and whom it believes to have been called by.
//!
//! There is no authentication yet, so nothing but this machine may reach the API: only loopback
//! addresses are bound, a `Host` that is not loopback is refused (DNS rebinding), and a browser
//! page of another origin may not write.

use crate::problem::{Kind, Problem};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, SocketAddr};

/// An address other than loopback was to be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "refusing to listen on {0}: it can be reached from other machines, and there is no \
     authentication yet"
)]
pub struct NotLoopback(pub SocketAddr);

/// Checks that `address` is reachable from this machine only.
///
/// # Errors
/// It is not a loopback address.
pub fn loopback(address: SocketAddr) -> Result<SocketAddr, NotLoopback> {
    if address.ip().to_canonical().is_loopback() { Ok(address) } else { Err(NotLoopback(address)) }
}

/// Refuses requests that were meant for another host, or that another site's page sends.
pub(crate) async fn guard(request: Request, next: Next) -> Result<Response, Problem> {
    let host = host_of(&request);
    if !host.as_deref().is_some_and(is_loopback_host) {
        let detail = "the Host header does not name this machine";
        return Err(Problem::new(Kind::Misdirected, "host", detail)
            .hint("call the API as 127.0.0.1, [::1] or localhost"));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        && !same_origin(request.headers(), host.as_deref().unwrap_or_default())
    {
        let detail = "a page of another origin may not write";
        return Err(Problem::new(Kind::Forbidden, "origin", detail));
    }
    Ok(next.run(request).await)
}

fn host_of(request: &Request) -> Option<String> {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| request.uri().authority().map(|host| host.as_str())).map(str::to_owned)
}

fn same_origin(headers: &HeaderMap, host: &str) -> bool {
    match headers.get(header::ORIGIN).map(|origin| origin.to_str()) {
        None => true,
        Some(Ok(origin)) => {
            origin.split_once("://").is_some_and(|(_, authority)| authority == host)
        }
        Some(Err(_)) => false,
    }
}

/// Whether `host`, with or without a port, is a name of this machine that no DNS decides.
fn is_loopback_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(inside, _)| inside),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_bound() {
        for good in ["127.0.0.1:8080", "127.8.9.1:1", "[::1]:8080", "[::ffff:127.0.0.1]:1"] {
            assert!(loopback(good.parse().unwrap()).is_ok(), "{good}");
        }
        for bad in ["0.0.0.0:8080", "[::]:8080", "192.168.1.4:8080", "10.0.0.1:1"] {
            assert!(loopback(bad.parse().unwrap()).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_names_of_this_machine_are_believed() {
        for good in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "127.0.0.1"] {
            assert!(is_loopback_host(good), "{good}");
        }
        for bad in ["evil.example", "localhost.evil.example:80", "127.0.0.1.nip.io", "", "[::]:1"] {
            assert!(!is_loopback_host(bad), "{bad}");
        }
    }

    #[test]
    fn an_origin_must_be_the_host_itself() {
        let with = |origin: &'static str| {
            HeaderMap::from_iter([(header::ORIGIN, header::HeaderValue::from_static(origin))])
        };
        assert!(same_origin(&HeaderMap::new(), "localhost:8080"));
        assert!(same_origin(&with("http://localhost:8080"), "localhost:8080"));
        for bad in ["http://localhost:3000", "https://evil.example", "null"] {
            assert!(!same_origin(&with(bad), "localhost:8080"), "{bad}");
        }
    }
}

//! Webhooks: the schemes that exist are believed by their published examples, and nothing else is.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use connect::hooks::{Hook, HookRequest, Refusal, folder};
use event::Instant;
use std::path::Path;

const MAPPING: &str = "ticket: id\nat: at\nrules:\n  - event: created\n";
const AT: &str = "2026-03-02T09:00:00Z";

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// A hook of these lines, with a mapping beside it; `SECRET` is what `secret` says.
fn open(lines: &str, secret: &str) -> Result<Hook, Vec<connect::Issue>> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), lines);
    let variable = |name: &str| (name == "SECRET").then(|| secret.to_owned());
    Hook::open(&folder.path().join("hook.yaml"), &variable)
}

fn write(folder: &Path, lines: &str) {
    std::fs::write(folder.join("map.yaml"), MAPPING).unwrap();
    let text = format!("source: acme\nmapping: map.yaml\n{lines}");
    std::fs::write(folder.join("hook.yaml"), text).unwrap();
}

fn hook(lines: &str, secret: &str) -> Hook {
    open(&format!("secrets: [{{env: SECRET}}]\n{lines}"), secret).unwrap()
}

fn pairs(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_lowercase(), (*value).to_owned())).collect()
}

fn verify(hook: &Hook, headers: &[(&str, &str)], body: &str, now: &str) -> Result<(), Refusal> {
    let headers = pairs(headers);
    let body = body.as_bytes();
    hook.verify(&HookRequest { method: "POST", headers: &headers, query: &[], body, at: at(now) })
}

/// The example of GitHub's documentation.
#[test]
fn a_hex_digest_behind_a_prefix() {
    let hook = hook(
        "signature: {header: X-Hub-Signature-256, algorithm: sha256, encoding: hex, prefix: 'sha256='}",
        "It's a Secret to Everybody",
    );
    let digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let sent = format!("sha256={digest}");
    verify(&hook, &[("X-Hub-Signature-256", &sent)], "Hello, World!", AT).unwrap();
    let forged = verify(&hook, &[("X-Hub-Signature-256", &sent)], "Hello, World?", AT);
    assert_eq!(forged, Err(Refusal::Forged));
    let bare = verify(&hook, &[("X-Hub-Signature-256", digest)], "Hello, World!", AT);
    assert_eq!(bare, Err(Refusal::Unreadable("x-hub-signature-256".into())));
    let none = verify(&hook, &[], "Hello, World!", AT);
    assert_eq!(none, Err(Refusal::Missing("x-hub-signature-256".into())));
}

/// The example of Slack's documentation.
#[test]
fn a_timestamp_in_a_header_of_its_own() {
    let hook = hook(
        "signature:\n  header: X-Slack-Signature\n  algorithm: sha256\n  encoding: hex\n  \
         prefix: v0=\n  signed: 'v0:{timestamp}:{body}'\n  \
         timestamp: {header: X-Slack-Request-Timestamp}",
        "8f742231b10e8888abcd99yyyzzz85a5",
    );
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
                &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
                &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com\
                %2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
                &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let sent = [
        ("X-Slack-Request-Timestamp", "1531420618"),
        (
            "X-Slack-Signature",
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        ),
    ];
    verify(&hook, &sent, body, "2018-07-12T18:36:58Z").unwrap();
    verify(&hook, &sent, body, "2018-07-12T18:41:58Z").unwrap();
    for stale in ["2018-07-12T18:41:59Z", "2018-07-12T18:31:57Z"] {
        let refusal = verify(&hook, &sent, body, stale).unwrap_err();
        assert_eq!(refusal, Refusal::Stale { age_seconds: 301, tolerance_seconds: 300 });
    }
}

/// The example of the Standard Webhooks specification.
#[test]
fn several_signatures_and_a_secret_in_base64() {
    let lines = "secrets: [{env: SECRET, prefix: whsec_, encoding: base64}]\n\
                 delivery_id: {header: webhook-id}\nsignature:\n  header: webhook-signature\n  \
                 separator: ' '\n  prefix: 'v1,'\n  algorithm: sha256\n  encoding: base64\n  \
                 signed: '{header:webhook-id}.{timestamp}.{body}'\n  \
                 timestamp: {header: webhook-timestamp}";
    let hook = open(lines, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let sent = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        (
            "webhook-signature",
            "v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ];
    let body = r#"{"test": 2432232314}"#;
    verify(&hook, &sent, body, "2021-02-25T15:02:10Z").unwrap();
    let headers = pairs(&sent);
    let (method, body, at) = ("POST", body.as_bytes(), at(AT));
    let kept = hook.delivery(&HookRequest { method, headers: &headers, query: &[], body, at });
    assert_eq!(kept.key, "id:msg_p5jXN8AQM9LWM0D4loKWxJek");
    assert!(kept.headers.is_empty());
}

/// The example of Twilio's documentation: address and sorted fields, SHA-1.
#[test]
fn a_form_with_its_address() {
    let hook = hook(
        "body: form\nsignature:\n  header: X-Twilio-Signature\n  algorithm: sha1\n  \
         encoding: base64\n  signed: '{url}{form}'\n  \
         url: 'https://example.com/myapp.php?foo=1&bar=2'",
        "12345",
    );
    let body = "Digits=1234&To=%2B18005551212&From=%2B14158675310&Caller=%2B14158675310\
                &CallSid=CA1234567890ABCDE";
    verify(&hook, &[("X-Twilio-Signature", "L/OH5YylLD5NRKLltdqwSvS0BnU=")], body, AT).unwrap();
}

/// Schemes without a published example: what we sign ourselves in their form, independently
/// computed with `openssl dgst -hmac`.
#[test]
fn fields_within_one_header() {
    let hook = hook(
        "signature:\n  header: Stripe-Signature\n  separator: ','\n  prefix: 'v1='\n  \
         algorithm: sha256\n  encoding: hex\n  signed: '{timestamp}.{body}'\n  \
         timestamp: {header: Stripe-Signature, separator: ',', prefix: 't='}",
        "whsec_test",
    );
    let made = "58a127a24fe905b327df81e4529bf4d9ebb3032e3fcedf32d3e5d221f6848b33";
    let sent = format!("t=1772442000,v1={made},v0=ignored");
    verify(&hook, &[("Stripe-Signature", &sent)], r#"{"id":"evt_1"}"#, AT).unwrap();
    let older = format!("t=1772441999,v1={made}");
    let forged = verify(&hook, &[("Stripe-Signature", &older)], r#"{"id":"evt_1"}"#, AT);
    assert_eq!(forged, Err(Refusal::Forged));
}

#[test]
fn what_is_signed_here_is_believed_here() {
    let schemes = [
        "signature: {header: X-Hub-Signature, algorithm: sha1, encoding: hex, prefix: 'sha1='}",
        "signature: {header: X-Shopify-Hmac-Sha256, algorithm: sha256, encoding: base64}",
        "signature: {header: X-Sig, algorithm: sha512, encoding: hex}",
        "signature:\n  header: X-Zendesk-Webhook-Signature\n  algorithm: sha256\n  \
         encoding: base64\n  signed: '{timestamp}{body}'\n  \
         timestamp: {header: X-Zendesk-Webhook-Signature-Timestamp}",
        "signature:\n  header: X-HubSpot-Signature-v3\n  algorithm: sha256\n  encoding: base64\n  \
         signed: '{method}{url}{body}{timestamp}'\n  url: 'https://desk.example/api/v1/hooks/acme'\
         \n  timestamp: {header: X-HubSpot-Request-Timestamp}",
        "token: {header: X-Gitlab-Token}",
        "token: {header: Authorization, prefix: 'Bearer '}",
    ];
    for scheme in schemes {
        let hook = hook(scheme, "hush");
        let mut request =
            HookRequest { method: "POST", headers: &[], query: &[], body: b"{}", at: at(AT) };
        assert!(hook.verify(&request).is_err(), "{scheme}");
        let headers = hook.sign(&request);
        request.headers = &headers;
        assert_eq!(hook.verify(&request), Ok(()), "{scheme}");
        let other = self::hook(scheme, "hash");
        assert!(other.verify(&request).is_err(), "{scheme}");
    }
}

#[test]
fn a_token_may_stand_in_the_address() {
    let hook = hook("token: {query: key}", "hush");
    let with = |value: &str| {
        let query = pairs(&[("key", value)]);
        hook.verify(&HookRequest {
            method: "POST",
            headers: &[],
            query: &query,
            body: b"{}",
            at: at(AT),
        })
    };
    assert_eq!(with("hush"), Ok(()));
    assert_eq!(with("hus"), Err(Refusal::WrongToken));
}

#[test]
fn secrets_rotate() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("old"), "old secret\n").unwrap();
    write(
        folder.path(),
        "token: {header: X-Token}\nsecrets:\n  - env: SECRET\n  - file: old\n    \
         not_after: 2026-03-02T10:00:00Z\n",
    );
    let hook = Hook::open(&folder.path().join("hook.yaml"), &|_| Some("new".into())).unwrap();
    let sent = |token, now| verify(&hook, &[("X-Token", token)], "{}", now);
    assert_eq!(sent("old secret", "2026-03-02T10:00:00Z"), Ok(()));
    assert_eq!(sent("old secret", "2026-03-02T10:00:01Z"), Err(Refusal::WrongToken));
    assert_eq!(sent("new", "2026-03-02T10:00:01Z"), Ok(()));
}

#[test]
fn handshakes_are_answered() {
    let slack = hook(
        "token: {header: X-Token}\nchallenge: {field: challenge, when: {type: url_verification}}",
        "hush",
    );
    let ask = |hook: &Hook, query: &[(&str, &str)], body: &str| {
        let (query, body) = (pairs(query), body.as_bytes());
        hook.greet(&HookRequest { method: "GET", headers: &[], query: &query, body, at: at(AT) })
    };
    let asked = r#"{"type": "url_verification", "challenge": "3eZbrw1a"}"#;
    assert_eq!(ask(&slack, &[], asked).as_deref(), Some("3eZbrw1a"));
    assert_eq!(ask(&slack, &[], r#"{"type": "event", "challenge": "3eZbrw1a"}"#), None);
    let meta = hook(
        "token: {header: X-Token}\nchallenge: {query: hub.challenge, token: hub.verify_token}",
        "hush",
    );
    let query = [("hub.challenge", "117"), ("hub.verify_token", "hush")];
    assert_eq!(ask(&meta, &query, "").as_deref(), Some("117"));
    assert_eq!(ask(&meta, &[query[0], ("hub.verify_token", "no")], ""), None);
    assert_eq!(ask(&meta, &query[..1], ""), None);
}

#[test]
fn every_mistake_is_reported_at_once_and_no_secret_is() {
    let report = |lines: &str| {
        let issues = open(lines, "c2VjcmV0!").unwrap_err();
        issues.iter().map(|issue| format!("{issue}\n")).collect::<String>()
    };
    let text = report(
        "secrets: [{env: NOBODY}, {env: SECRET, encoding: base64}, {text: plain}]\n\
         signature: {header: X, algorithm: md5, encoding: hex, signed: '{timestamp}'}\nhedaers: []",
    );
    for expected in [
        "line 3, secrets[0].env: the environment has no variable `NOBODY`",
        "line 3, secrets[1]: the secret is not written like this",
        "line 3, secrets[2]: a secret comes from `env` or from `file`",
        "line 4, signature.algorithm: `md5` is not known here",
        "line 4, signature.signed: it must hold {body} or {form}",
        "line 5, hedaers: `hedaers` is not known here",
        "did you mean `headers`?",
    ] {
        assert!(text.contains(expected), "{expected:?} missing in\n{text}");
    }
    assert!(!text.contains("c2VjcmV0"), "{text}");
    let text = report(
        "secrets: [{env: SECRET}]\nsignature: {header: X, algorithm: sha1, encoding: hex, \
         timestamp: {header: Y}}",
    );
    assert!(text.contains("a time that is not signed proves nothing"), "{text}");
    assert!(report("").contains("nothing says how a sender proves who it is"));
    assert!(open("signature: none", "").is_ok());
    let shown = format!("{:?}", hook("token: {header: X}", "hush"));
    assert!(!shown.contains("hush") && !shown.contains("104, 117"), "{shown}");
}

#[test]
fn a_folder_has_one_hook_for_a_source() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "signature: none");
    std::fs::rename(dir.path().join("map.yaml"), dir.path().join("map.txt")).unwrap();
    let text = "source: acme\nmapping: map.txt\nsignature: none\n";
    std::fs::write(dir.path().join("hook.yaml"), text).unwrap();
    assert_eq!(folder(dir.path(), &|_| None).unwrap()[0].source(), "acme");
    std::fs::write(dir.path().join("second.yml"), text).unwrap();
    let issues = folder(dir.path(), &|_| None).unwrap_err();
    assert_eq!((issues[0].code, issues[0].place.as_str()), ("twice", "second.yml"));
}

#[test]
fn a_delivery_is_mapped_the_same_every_time() {
    let hook = hook("token: {header: X-Token}\nheaders: [X-Kind]", "hush");
    let body = br#"{"id": "T1", "at": "2026-03-02T09:00:00Z"}"#;
    let headers = pairs(&[("X-Token", "hush"), ("X-Kind", "ticket")]);
    let request = HookRequest { method: "POST", headers: &headers, query: &[], body, at: at(AT) };
    let kept = hook.delivery(&request);
    assert_eq!(kept, hook.delivery(&request));
    assert_eq!(kept.headers, pairs(&[("X-Kind", "ticket")]));
    let once = hook.map(body, &kept.headers, at(AT));
    assert_eq!((once.events.len(), once.quarantined.len()), (1, 0), "{once:?}");
    assert_eq!(once, hook.map(body, &kept.headers, at(AT)));
    assert_eq!(once.events[0].source, "acme");
    let bad = hook.map(b"{", &[], at(AT));
    assert_eq!(bad.quarantined.len(), 1, "{bad:?}");
}

#[test]
fn the_files_of_the_guide_are_right() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/ingest.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let blocks = guide.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let files: Vec<&str> = blocks.flat_map(|block| block.split("---\n")).collect();
    assert_eq!(files.len(), 6);
    for text in files {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::write(path("map.yaml"), MAPPING).unwrap();
        std::fs::write(path("secret"), "hush").unwrap();
        let mut text = text.replace("../mappings/helpdesk.yaml", "map.yaml");
        text = text.replace("/run/secrets/helpdesk-old", "secret");
        for (key, line) in [
            ("source:", "source: acme\nmapping: map.yaml\n"),
            ("secrets:", "secrets: [{file: secret}]\n"),
        ] {
            if !text.contains(key) {
                text.push_str(line);
            }
        }
        std::fs::write(path("hook.yaml"), &text).unwrap();
        // This one is base64 as well as text.
        let opened = Hook::open(&path("hook.yaml"), &|_| Some("aHVzaA==".to_owned()));
        assert!(opened.is_ok(), "{text}\n{opened:#?}");
    }
}

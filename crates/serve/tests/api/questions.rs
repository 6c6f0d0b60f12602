//! Questions and their answers.

use super::{Desk, event, request};
use axum::body::Body;
use axum::http::header;
use serde_json::json;

#[tokio::test]
async fn address_and_body_ask_the_same() {
    let desk = Desk::filled().await;
    let address = desk
        .get("/api/v1/questions?metrics=first_response_time&by=channel&clock=calendar&every=week&range=2026-03&stat=median,p90")
        .await
        .ok();
    let question = json!({
        "metrics": ["first_response_time"], "by": ["channel"], "clock": "calendar",
        "every": "week", "range": "2026-03", "statistic": ["median", "p90"],
    });
    let body = desk.post("/api/v1/questions", &question).await.ok();
    assert_eq!(address, body);
    let cells: Vec<_> = body["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["time"] == json!("2026-03-09"))
        .map(|row| (&row["channel"], &row["cells"]["first_response_time"]["value"]))
        .collect();
    assert_eq!(cells, [(&json!("chat"), &json!(300)), (&json!("email"), &json!(900))], "{body:#}");
}

#[tokio::test]
async fn a_wrong_question_gets_all_its_issues_with_hints() {
    let desk = Desk::filled().await;
    let question =
        json!({"metrics": ["first_respons_time"], "by": ["chanel"], "every": "fortnight"});
    let problem = desk.post("/api/v1/questions", &question).await.problem(422);
    let issues = problem["issues"].as_array().unwrap();
    let codes: Vec<&str> = issues.iter().map(|issue| issue["code"].as_str().unwrap()).collect();
    for code in ["unknown_metric", "unknown_grain"] {
        assert!(codes.contains(&code), "{code} missing: {problem:#}");
    }
    assert!(
        issues.iter().any(|issue| issue["hint"] == json!("did you mean `first_response_time`?"))
    );
}

#[tokio::test]
async fn a_misspelt_key_is_refused() {
    let desk = Desk::filled().await;
    let question = json!({"metrics": ["volume"], "evry": "week"});
    let problem = desk.post("/api/v1/questions", &question).await.problem(422);
    assert_eq!(problem["issues"][0]["hint"], json!("did you mean `every`?"), "{problem:#}");
    let problem = desk.get("/api/v1/questions?metrics=volume&evry=week").await.problem(422);
    assert_eq!(problem["issues"][0]["code"], json!("unknown_key"));
}

#[tokio::test]
async fn a_body_that_is_no_json_names_the_place() {
    let desk = Desk::new().await;
    let reply = desk.post_text("/api/v1/questions", "application/json", "{\n\"metrics\": [,]}");
    let problem = reply.await.problem(400);
    assert!(problem["detail"].as_str().unwrap().contains("line 2"), "{problem:#}");
}

#[tokio::test]
async fn a_batch_has_an_outcome_for_each() {
    let desk = Desk::filled().await;
    let batch = json!([{"metrics": ["volume"]}, {"metrics": ["volum"]}]);
    let outcomes = desk.post("/api/v1/questions", &batch).await.ok();
    assert_eq!(outcomes[0]["answer"]["rows"][0]["cells"]["volume"]["value"], json!(2));
    assert_eq!(outcomes[1]["problem"]["status"], json!(422));
    let many = json!(vec![json!({"metrics": ["volume"]}); serve::limits::QUESTIONS_MAX + 1]);
    desk.post("/api/v1/questions", &many).await.problem(413);
}

#[tokio::test]
async fn a_batch_says_what_its_questions_say_alone() {
    let desk = Desk::filled().await;
    let questions: Vec<_> =
        ["volume", "first_response_time", "csat", "nothing", "volume", "backlog"]
            .iter()
            .map(|metric| json!({"metrics": [metric], "range": "2026-03"}))
            .collect();
    let outcomes = desk.post("/api/v1/questions", &json!(questions)).await.ok();
    for (question, outcome) in questions.iter().zip(outcomes.as_array().unwrap()) {
        let alone = desk.post("/api/v1/questions", question).await;
        if alone.status.is_success() {
            assert_eq!(outcome["answer"], alone.json());
        } else {
            assert_eq!(outcome["problem"]["issues"], alone.json()["issues"]);
        }
    }
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_twice() {
    let desk = Desk::filled().await;
    let path = "/api/v1/questions?metrics=volume";
    let tag = desk.get(path).await.headers[header::ETAG].clone();
    let again = || request("GET", path).header(header::IF_NONE_MATCH, tag.clone());
    let unchanged = desk.send(again().body(Body::empty()).unwrap()).await;
    assert_eq!(unchanged.status.as_u16(), 304);
    assert!(unchanged.text.is_empty());
    let new = event("n1", "T3", "2026-03-10T09:00:00Z", "created", &json!({}));
    desk.post("/api/v1/events?wait=applied", &new).await.ok();
    let changed = desk.send(again().body(Body::empty()).unwrap()).await.ok();
    assert_eq!(changed["rows"][0]["cells"]["volume"]["value"], json!(3));
}

#[tokio::test]
async fn a_cell_opens_to_the_tickets_it_counts() {
    let desk = Desk::filled().await;
    let asked = json!({
        "question": {
            "metrics": ["first_response_time"], "by": ["channel"], "clock": "calendar",
            "every": "week", "range": "2026-03",
        },
        "cell": {"time": "2026-03-09", "dimensions": {"channel": "chat"}},
    });
    let page = desk.post("/api/v1/questions/tickets", &asked).await.ok();
    assert_eq!((&page["n"], &page["rows"][0]["ticket"]), (&json!(1), &json!("T2")), "{page:#}");
    assert_eq!(page["rows"][0]["value"], json!(300.0));
}

#[tokio::test]
async fn what_arrives_late_is_a_restatement_with_its_cause() {
    let desk = Desk::new().await;
    let seen = |mut event: serde_json::Value, at: &str| {
        event["recordedtime"] = json!(at);
        event
    };
    let early = event("e1", "T1", "2026-03-09T09:00:00Z", "created", &json!({}));
    let late = event("e2", "T2", "2026-03-09T10:00:00Z", "created", &json!({}));
    let events = json!([seen(early, "2026-03-09T09:00:00Z"), seen(late, "2026-03-12T10:00:00Z")]);
    desk.post("/api/v1/events?wait=applied", &events).await.ok();
    let question = json!({"metrics": ["volume"], "as_of": "2026-03-11T00:00:00Z"});
    let past = desk.post("/api/v1/questions", &question).await.ok();
    assert_eq!(past["rows"][0]["cells"]["volume"]["value"], json!(1), "{past:#}");
    let restated = desk.post("/api/v1/restatements", &question).await.ok();
    assert!(restated.to_string().contains("T2"), "{restated:#}");
}

#[tokio::test]
async fn a_question_is_written_as_sql() {
    let desk = Desk::filled().await;
    let question = json!({"metrics": ["first_response_time"], "by": ["channel"]});
    let written = desk.post("/api/v1/questions/sql", &question).await.ok();
    let statements = written["statements"].as_array().unwrap();
    let parts: Vec<&str> = statements.iter().map(|one| one["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["value", "unfinished"], "{written:#}");
    let sql = statements[0]["sql"].as_str().unwrap();
    assert!(sql.starts_with("SELECT\n") && sql.contains("first_reply_business_us"), "{sql}");
    // What cannot be written is said, with its name.
    let tags = json!({"metrics": ["volume"], "by": ["tag"]});
    let problem = desk.post("/api/v1/questions/sql", &tags).await.problem(422);
    assert_eq!(problem["issues"][0]["code"], json!("no_sql"), "{problem:#}");
    assert_eq!(problem["issues"][0]["place"], json!("volume"));
    let wrong = json!({"metrics": ["first_respnse_time"]});
    desk.post("/api/v1/questions/sql", &wrong).await.problem(422);
}

#[tokio::test]
async fn who_is_content_with_an_older_answer_hears_how_old_it_is() {
    let desk = Desk::filled().await;
    let question = json!({"metrics": ["volume"], "range": "2026-03"});
    let ask = async |control: &'static str| {
        let request = request("POST", "/api/v1/questions")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CACHE_CONTROL, control)
            .body(Body::from(question.to_string()));
        let reply = desk.send(request.unwrap()).await;
        let n = reply.ok()["rows"][0]["cells"]["volume"]["value"].clone();
        (n, reply.headers["deskmeter-generation"].to_str().unwrap().parse::<u64>().unwrap())
    };
    let (before, generation) = ask("max-age=60").await;
    let created = event("late", "T99", "2026-03-09T09:00:00Z", "created", &json!({}));
    desk.post("/api/v1/events?wait=applied", &created).await.ok();
    assert_eq!(ask("max-age=60").await, (before.clone(), generation));
    let (after, newer) = ask("no-cache").await;
    assert_eq!(after.as_f64(), before.as_f64().map(|n| n + 1.0));
    assert!(newer > generation);
}

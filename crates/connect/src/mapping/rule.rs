//! Rules: which event a row makes, when, by whom, and with what in it.

use crate::issue::Issue;
use crate::mapping::expr::{Expr, Scope};
use crate::mapping::number::DecimalMark;
use crate::mapping::time::{Reading, Time, TimeScope};
use crate::mapping::tree::{Form, Node};
use crate::mapping::when::When;
use event::EscalationKind;
use event::cloudevents::TICKET_TYPES;

/// Canonical words for roles.
pub(crate) const ROLES: [&str; 4] = ["requester", "agent", "bot", "system"];

/// Canonical words for statuses.
pub(crate) const STATUSES: [&str; 9] =
    ["new", "open", "pending", "on_hold", "solved", "closed", "deleted", "spam", "restored"];

/// One rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Its name, which is part of the ids of its events.
    pub(crate) name: String,
    /// The event's type.
    pub(crate) event: &'static str,
    pub(crate) when: Option<When>,
    pub(crate) at: Option<Time>,
    pub(crate) actor: ActorSpec,
    pub(crate) id: Option<Expr>,
    pub(crate) order: Option<Expr>,
    /// Whether an empty time means that it hasn't happened.
    pub(crate) optional: bool,
    /// Whether only the earliest row of a ticket makes this event.
    pub(crate) earliest: bool,
    pub(crate) make: Make,
}

/// Who did it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ActorSpec {
    pub(crate) id: Option<Expr>,
    pub(crate) role: Option<Expr>,
    pub(crate) team: Option<Expr>,
}

/// What a rule fills its event with.
#[derive(Clone, Debug)]
pub(crate) enum Make {
    Created(Box<CreatedSpec>),
    Message(Box<MessageSpec>),
    Status { status: Expr, vendor: Option<Expr> },
    Assigned { agent: Option<Expr>, group: Option<Expr>, clear: bool },
    Priority { value: Expr, clear: bool },
    Type { value: Expr, clear: bool },
    Tags { set: Option<Expr>, add: Option<Expr>, remove: Option<Expr>, split: String, clear: bool },
    Field { name: Expr, value: Expr, clear: bool },
    Escalated { kind: EscalationKind, tier: Option<Expr> },
    Merged { into: Expr },
    Split { from: Expr },
    Linked { kind: Expr, to: Expr },
    Sla { policy: Expr, clear: bool },
    Schedule { calendar: Expr, clear: bool },
    CsatOffered,
    Rated { score: Expr, scale: (Expr, Expr), agent: Option<Expr> },
    Worked { amount: Expr, micros: i64, agent: Option<Expr> },
    Redacted,
}

/// What a `created` event is filled with.
#[derive(Clone, Debug, Default)]
pub(crate) struct CreatedSpec {
    pub(crate) channel: Option<Expr>,
    pub(crate) requester: Option<Expr>,
    pub(crate) account: Option<Expr>,
    pub(crate) brand: Option<Expr>,
    pub(crate) product: Option<Expr>,
    pub(crate) direction: Option<Expr>,
    pub(crate) parent: Option<Expr>,
    pub(crate) priority: Option<Expr>,
    pub(crate) kind: Option<Expr>,
    pub(crate) status: Option<Expr>,
    pub(crate) group: Option<Expr>,
    pub(crate) agent: Option<Expr>,
    pub(crate) tags: Option<Expr>,
    pub(crate) split: String,
    pub(crate) language: Option<Expr>,
    pub(crate) test: Option<Expr>,
}

/// What a `message` event is filled with.
#[derive(Clone, Debug, Default)]
pub(crate) struct MessageSpec {
    pub(crate) visibility: Option<Expr>,
    pub(crate) automated: Option<Expr>,
    pub(crate) channel: Option<Expr>,
    pub(crate) length: Option<Expr>,
    pub(crate) language: Option<Expr>,
    pub(crate) sentiment: Option<Expr>,
    pub(crate) text: Option<Expr>,
}

/// What the rules of an input are parsed with.
#[derive(Debug)]
pub(crate) struct RuleScope<'a> {
    pub(crate) reading: &'a Reading,
    pub(crate) mark: DecimalMark,
    /// Actor of rules that name none.
    pub(crate) actor: Option<ActorSpec>,
    /// Whether an empty time means that it hasn't happened, unless a rule says otherwise.
    pub(crate) optional: bool,
    /// Whether the input has an `at` of its own.
    pub(crate) has_at: bool,
}

/// Reads the rules of an input.
pub(crate) fn parse_all(
    node: &Node<'_>,
    rules: &RuleScope<'_>,
    scope: &mut Scope,
    issues: &mut Vec<Issue>,
) -> Vec<Rule> {
    let mut names = Vec::new();
    let mut parsed: Vec<Rule> = Vec::new();
    for item in node.items() {
        if let Some(rule) = parse(&item, rules, &names, (scope, issues)) {
            let same = parsed.iter().any(|known| known.name == rule.name);
            if same && rule.name != rule.event {
                let message = format!("two rules are called `{}`", rule.name);
                issues.push(item.issue("duplicate_name", message));
            }
            names.push(rule.name.clone());
            parsed.push(rule);
        }
    }
    parsed
}

fn parse(
    node: &Node<'_>,
    rules: &RuleScope<'_>,
    names: &[String],
    (scope, issues): (&mut Scope, &mut Vec<Issue>),
) -> Option<Rule> {
    let mut form = Form::new(node, issues);
    let event = form.need("event", issues).and_then(|node| {
        let words: Vec<_> = TICKET_TYPES.iter().map(|name| (*name, *name)).collect();
        node.word(&words, issues)
    })?;
    let name = form.text("name", issues).unwrap_or_else(|| event.to_owned());
    let times = TimeScope { reading: rules.reading, mark: rules.mark, rules: names };
    let at = form.take("at").map(|node| Time::parse(&node, &times, scope, issues));
    if at.is_none() && !rules.has_at {
        let issue = node.issue("missing_key", "`at` is missing: when did it happen?");
        issues.push(issue.hint("a column, or `{after: created, minutes: column}`"));
    }
    let actor = match form.take("actor") {
        Some(actor) => parse_actor(&actor, scope, issues),
        None => rules.actor.clone().unwrap_or_default(),
    };
    let required = form.take("required").map(|node| node.flag(issues));
    let rule = Rule {
        name,
        event,
        when: form.take("when").map(|node| When::parse(&node, scope, issues)),
        at,
        actor,
        id: take(&mut form, "id", scope, issues),
        order: take_number(&mut form, "order", scope, issues),
        optional: required.map_or(rules.optional && event != "created", |required| !required),
        earliest: form
            .take("once")
            .and_then(|node| node.word(&[("earliest", true)], issues))
            .unwrap_or(false),
        make: parse_make(event, &mut form, scope, issues)?,
    };
    form.finish(issues);
    Some(rule)
}

/// Reads an actor: a bare role, or `{id, role, team}`.
pub(crate) fn parse_actor(
    node: &Node<'_>,
    scope: &mut Scope,
    issues: &mut Vec<Issue>,
) -> ActorSpec {
    if let crate::mapping::tree::Tree::Scalar(_) = node.tree {
        let role = Expr::parse_word(node, &ROLES, scope, issues);
        return ActorSpec { role: Some(role), ..ActorSpec::default() };
    }
    let mut form = Form::new(node, issues);
    let actor = ActorSpec {
        id: take(&mut form, "id", scope, issues),
        role: take_word(&mut form, "role", &ROLES, (scope, issues)),
        team: take(&mut form, "team", scope, issues),
    };
    form.finish(issues);
    actor
}

fn take(
    form: &mut Form<'_>,
    key: &'static str,
    scope: &mut Scope,
    issues: &mut Vec<Issue>,
) -> Option<Expr> {
    form.take(key).map(|node| Expr::parse(&node, scope, issues))
}

/// A number written out, or an expression.
fn take_number(
    form: &mut Form<'_>,
    key: &'static str,
    scope: &mut Scope,
    issues: &mut Vec<Issue>,
) -> Option<Expr> {
    let node = form.take(key)?;
    match node.tree {
        crate::mapping::tree::Tree::Scalar(text) if text.parse::<f64>().is_ok() => {
            Some(Expr::constant(text.as_str()))
        }
        _ => Some(Expr::parse(&node, scope, issues)),
    }
}

fn take_word(
    form: &mut Form<'_>,
    key: &'static str,
    words: &[&'static str],
    (scope, issues): (&mut Scope, &mut Vec<Issue>),
) -> Option<Expr> {
    form.take(key).map(|node| Expr::parse_word(&node, words, scope, issues))
}

fn need(
    form: &mut Form<'_>,
    key: &'static str,
    scope: &mut Scope,
    issues: &mut Vec<Issue>,
) -> Expr {
    match form.need(key, issues) {
        Some(node) => Expr::parse(&node, scope, issues),
        None => Expr::constant(""),
    }
}

/// `true` and `false` as words, so that a bare one is no column.
const FLAGS: [&str; 2] = ["true", "false"];

fn parse_make(
    event: &'static str,
    form: &mut Form<'_>,
    scope: &mut Scope,
    issues: &mut Vec<Issue>,
) -> Option<Make> {
    Some(match event {
        "created" => Make::Created(Box::new(parse_created(form, scope, issues))),
        "message" => Make::Message(Box::new(MessageSpec {
            visibility: take_word(form, "visibility", &["public", "internal"], (scope, issues)),
            automated: take_word(form, "automated", &FLAGS, (scope, issues)),
            channel: take(form, "channel", scope, issues),
            length: take(form, "length", scope, issues),
            language: take(form, "language", scope, issues),
            sentiment: take(form, "sentiment", scope, issues),
            text: take(form, "text", scope, issues),
        })),
        "status" => Make::Status {
            status: match form.need("status", issues) {
                Some(node) => Expr::parse_word(&node, &STATUSES, scope, issues),
                None => Expr::constant("open"),
            },
            vendor: take(form, "vendor", scope, issues),
        },
        "merged" => Make::Merged { into: need(form, "into", scope, issues) },
        "split" => Make::Split { from: need(form, "from", scope, issues) },
        "linked" => Make::Linked {
            kind: take_text(form, "kind", "problem", (scope, issues)),
            to: need(form, "to", scope, issues),
        },
        "escalated" => {
            let kinds = [
                ("functional", EscalationKind::Functional),
                ("hierarchical", EscalationKind::Hierarchical),
            ];
            Make::Escalated {
                kind: form
                    .take("kind")
                    .and_then(|node| node.word(&kinds, issues))
                    .unwrap_or(EscalationKind::Functional),
                tier: take_number(form, "tier", scope, issues),
            }
        }
        "csat_offered" => Make::CsatOffered,
        "redacted" => Make::Redacted,
        "rated" => parse_rated(form, scope, issues),
        "worked" => parse_worked(form, scope, issues)?,
        _ => parse_change(event, form, scope, issues),
    })
}

/// Events that set a value, and may clear it.
fn parse_change(
    event: &'static str,
    form: &mut Form<'_>,
    scope: &mut Scope,
    issues: &mut Vec<Issue>,
) -> Make {
    let clear = form.flag("clear_empty", issues);
    match event {
        "assigned" => {
            let agent = take(form, "agent", scope, issues);
            let group = take(form, "group", scope, issues);
            if agent.is_none() && group.is_none() {
                let issue = form.node().issue("missing_key", "`agent` or `group` is missing");
                issues.push(issue);
            }
            Make::Assigned { agent, group, clear }
        }
        "priority" => Make::Priority { value: need(form, "priority", scope, issues), clear },
        "type" => Make::Type { value: need(form, "type", scope, issues), clear },
        "field" => Make::Field {
            name: need(form, "field", scope, issues),
            value: need(form, "to", scope, issues),
            clear,
        },
        "sla" => Make::Sla { policy: need(form, "policy", scope, issues), clear },
        "schedule" => Make::Schedule { calendar: need(form, "calendar", scope, issues), clear },
        _ => {
            let (set, add, remove) = (
                take(form, "tags", scope, issues),
                take(form, "add", scope, issues),
                take(form, "remove", scope, issues),
            );
            if set.is_some() == (add.is_some() || remove.is_some()) {
                let message = "either `tags`, or `add` and `remove`";
                issues.push(form.node().issue("wrong_shape", message));
            }
            Make::Tags { set, add, remove, split: take_split(form, issues), clear }
        }
    }
}

/// A word of the mapping's author, or an expression.
fn take_text(
    form: &mut Form<'_>,
    key: &'static str,
    default: &str,
    (scope, issues): (&mut Scope, &mut Vec<Issue>),
) -> Expr {
    match form.take(key) {
        Some(node) => match node.tree {
            crate::mapping::tree::Tree::Scalar(text) => Expr::constant(text.as_str()),
            _ => Expr::parse(&node, scope, issues),
        },
        None => Expr::constant(default),
    }
}

fn take_split(form: &mut Form<'_>, issues: &mut Vec<Issue>) -> String {
    form.text("split", issues).unwrap_or_else(|| ",".to_owned())
}

fn parse_created(form: &mut Form<'_>, scope: &mut Scope, issues: &mut Vec<Issue>) -> CreatedSpec {
    CreatedSpec {
        channel: take(form, "channel", scope, issues),
        requester: take(form, "requester", scope, issues),
        account: take(form, "account", scope, issues),
        brand: take(form, "brand", scope, issues),
        product: take(form, "product", scope, issues),
        direction: take_word(form, "direction", &["inbound", "outbound"], (scope, issues)),
        parent: take(form, "parent", scope, issues),
        priority: take(form, "priority", scope, issues),
        kind: take(form, "type", scope, issues),
        status: take_word(form, "status", &STATUSES, (scope, issues)),
        group: take(form, "group", scope, issues),
        agent: take(form, "agent", scope, issues),
        tags: take(form, "tags", scope, issues),
        split: take_split(form, issues),
        language: take(form, "language", scope, issues),
        test: take_word(form, "test", &FLAGS, (scope, issues)),
    }
}

fn parse_rated(form: &mut Form<'_>, scope: &mut Scope, issues: &mut Vec<Issue>) -> Make {
    let score = need(form, "score", scope, issues);
    let mut ends = (Expr::constant("1"), Expr::constant("5"));
    if let Some(node) = form.take("scale") {
        let texts = node.texts(issues);
        match texts.as_slice() {
            [low, high]
                if matches!((low.parse::<f64>(), high.parse::<f64>()),
                (Ok(low), Ok(high)) if low < high) =>
            {
                ends = (Expr::constant(low.as_str()), Expr::constant(high.as_str()));
            }
            _ => {
                let issue = node.issue("wrong_value", "a scale is its lowest and highest rating");
                issues.push(issue.hint("for example `scale: [1, 5]`"));
            }
        }
    }
    Make::Rated { score, scale: ends, agent: take(form, "agent", scope, issues) }
}

fn parse_worked(form: &mut Form<'_>, scope: &mut Scope, issues: &mut Vec<Issue>) -> Option<Make> {
    let agent = take(form, "agent", scope, issues);
    let units = [("seconds", 1_000_000), ("minutes", 60_000_000), ("hours", 3_600_000_000i64)];
    let mut found = None;
    for (unit, micros) in units {
        if let Some(amount) = take(form, unit, scope, issues) {
            found = Some((amount, micros));
        }
    }
    let Some((amount, micros)) = found else {
        let issue = form.node().issue("missing_key", "the time worked is missing");
        issues.push(issue.hint("one of: seconds, minutes, hours"));
        return None;
    };
    Some(Make::Worked { amount, micros, agent })
}

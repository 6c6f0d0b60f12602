//! The policies compiled: which one applies to a ticket at an instant, and what it asks.

use crate::calendars::{CalendarId, Calendars};
use crate::facet::Facet;
use crate::facts::{Owner, TicketFacts};
use crate::policies::{ClockKind, Pause, Policies, SlaVersion, Targets};
use crate::status::StatusSet;
use event::{Direction, Instant, Text};

/// Every SLA policy, in order.
#[derive(Debug)]
pub(crate) struct Book {
    policies: Vec<Policy>,
    /// Whether any policy has a target for the clock.
    used: [bool; ClockKind::ALL.len()],
}

#[derive(Debug)]
struct Policy {
    name: Text,
    versions: Vec<Version>,
}

#[derive(Debug)]
struct Version {
    name: Text,
    from: i64,
    to: i64,
    when: Vec<(Facet, Vec<Text>)>,
    calendar: Option<CalendarId>,
    pause: StatusSet,
    targets: Vec<(ClockKind, Targets)>,
}

/// A version of a policy: places in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    policy: usize,
    version: usize,
}

/// What a version of a policy asks of one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(super) choice: Choice,
    pub(super) target_us: i64,
    /// The calendar it runs on; `None` for the ticket's own.
    pub(super) calendar: Option<CalendarId>,
    /// The statuses that pause the net resolution clock.
    pub(super) pause: StatusSet,
}

/// What a policy can ask of a ticket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits<'a> {
    pub(crate) source: &'a str,
    pub(crate) facts: &'a TicketFacts,
    pub(crate) owner: &'a Owner,
}

impl Book {
    /// Compiles the policies, which were checked before.
    pub(crate) fn compile(policies: &Policies, calendars: &Calendars) -> Self {
        let mut used = [false; ClockKind::ALL.len()];
        let compiled = policies.sla.iter().map(|policy| Policy {
            name: policy.name.as_str().into(),
            versions: policy.versions.iter().map(|v| compile(v, calendars)).collect(),
        });
        let compiled: Vec<Policy> = compiled.collect();
        for version in compiled.iter().flat_map(|policy| &policy.versions) {
            for (clock, _) in &version.targets {
                used[*clock as usize] = true;
            }
        }
        Self { policies: compiled, used }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Whether any policy has a target for the clock.
    pub(super) const fn uses(&self, clock: ClockKind) -> bool {
        self.used[clock as usize]
    }

    /// The version that applies: of the policy the source named, else of the first that matches.
    pub(super) fn choose(
        &self,
        named: Option<&str>,
        traits: &Traits<'_>,
        at: Instant,
    ) -> Option<Choice> {
        let at = at.micros();
        let valid = |version: &Version| (version.from..version.to).contains(&at);
        self.policies.iter().enumerate().find_map(|(policy, candidate)| {
            let version = match named {
                Some(name) if candidate.name != name => None,
                Some(_) => candidate.versions.iter().position(valid),
                None => candidate
                    .versions
                    .iter()
                    .position(|version| valid(version) && version.matches(traits)),
            }?;
            Some(Choice { policy, version })
        })
    }

    fn version(&self, choice: Choice) -> &Version {
        &self.policies[choice.policy].versions[choice.version]
    }

    pub(super) fn names(&self, choice: Choice) -> (Text, Text) {
        (self.policies[choice.policy].name.clone(), self.version(choice).name.clone())
    }

    pub(super) fn policy_name(&self, choice: Choice) -> Text {
        self.policies[choice.policy].name.clone()
    }

    /// What a version asks of a clock, for a priority; `None` where it asks nothing.
    pub(super) fn terms(
        &self,
        choice: Choice,
        clock: ClockKind,
        priority: Option<&str>,
    ) -> Option<Terms> {
        let version = self.version(choice);
        let (_, targets) = version.targets.iter().find(|(kind, _)| *kind == clock)?;
        let target_us = targets.micros(priority)?;
        Some(Terms { choice, target_us, calendar: version.calendar, pause: version.pause })
    }
}

fn compile(version: &SlaVersion, calendars: &Calendars) -> Version {
    let name = match (&version.name, version.from) {
        (Some(name), _) => name.as_str().into(),
        (None, Some(from)) => Text::from(from.to_string()),
        (None, None) => Text::const_new("1"),
    };
    let when = version.when.iter();
    let pause = version.pause.iter().map(|pause| match pause {
        Pause::Pending => StatusSet::PENDING,
        Pause::OnHold => StatusSet::ON_HOLD,
    });
    Version {
        name,
        from: version.from.map_or(i64::MIN, |moment| moment.0.micros()),
        to: version.to.map_or(i64::MAX, |moment| moment.0.micros()),
        when: when
            .filter_map(|(key, values)| Some((Facet::parse(key)?, values.values().to_vec())))
            .collect(),
        calendar: version.calendar.as_deref().and_then(|name| calendars.id(name)),
        pause: pause.fold(StatusSet::EMPTY, StatusSet::union),
        targets: version.targets.iter().map(|(clock, t)| (*clock, t.clone())).collect(),
    }
}

impl Version {
    fn matches(&self, traits: &Traits<'_>) -> bool {
        self.when.iter().all(|(facet, values)| traits.has(facet, values))
    }
}

impl Traits<'_> {
    /// Whether the ticket's facet is one of these values.
    fn has(&self, facet: &Facet, values: &[Text]) -> bool {
        let (facts, owner) = (self.facts, self.owner);
        let value = match facet {
            Facet::Source => Some(self.source),
            Facet::Channel => facts.channel.as_deref(),
            Facet::Requester => facts.requester.as_deref(),
            Facet::Account => facts.account.as_deref(),
            Facet::Brand => facts.brand.as_deref(),
            Facet::Product => facts.product.as_deref(),
            Facet::Language => facts.language.as_deref(),
            Facet::Direction => Some(match facts.direction {
                Direction::Inbound => "inbound",
                Direction::Outbound => "outbound",
            }),
            Facet::Priority => owner.priority.as_deref(),
            Facet::Type => owner.kind.as_deref(),
            Facet::Group => owner.group.as_deref(),
            Facet::Agent => owner.agent.as_deref(),
            Facet::Tag => return facts.tags.iter().any(|tag| values.contains(tag)),
            Facet::Field(name) => facts.fields.get(name).map(Text::as_str),
        };
        value.is_some_and(|value| values.iter().any(|wanted| wanted == value))
    }
}

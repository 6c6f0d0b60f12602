//! Who owns the ticket: assignment, transfer, hand-off.

use super::Fold;
use crate::durations::Point;
use crate::facts::Deed;
use event::{Change, Created, Entry, Instant, Role, Text};

/// What is remembered of past owners.
#[derive(Debug, Default)]
pub(super) struct Ownership {
    first_agent: Option<Text>,
    /// The last agent who owned it, also while nobody does.
    last_agent: Option<Text>,
    last_group: Option<Text>,
    /// When the owning agent came to own it.
    pub(super) agent_since: Option<Instant>,
    last_transfer_at: Option<Instant>,
}

impl Ownership {
    pub(super) fn first_and_last_differ(&self) -> bool {
        self.first_agent != self.last_agent
    }
}

/// What an event makes of a value: `None` where it stays.
fn changed(now: Option<&Text>, change: &Change) -> Option<Option<Text>> {
    match change {
        Change::Keep => None,
        Change::Clear => now.is_some().then_some(None),
        Change::Set(value) => (now != Some(value)).then(|| Some(value.clone())),
    }
}

impl Fold<'_> {
    /// Owner, priority and type as the creation states them; what came before it stays.
    pub(super) fn born_owned(&mut self, at: Instant, created: &Created) {
        let owner = &mut self.owner;
        owner.priority = created.priority.clone().or_else(|| owner.priority.take());
        owner.kind = created.kind.clone().or_else(|| owner.kind.take());
        let agent = changed(owner.agent.as_ref(), &set(created.agent.as_ref()));
        let group = changed(owner.group.as_ref(), &set(created.group.as_ref()));
        if let Some(group) = group {
            self.ownership.last_group.clone_from(&group);
            self.owner.group = group;
        }
        if let Some(Some(agent)) = agent {
            self.owned_by(at, agent);
        }
        self.spans.change(at, self.state, &self.owner);
    }

    /// The owner, priority or type changed.
    pub(super) fn owner_changed(&mut self, at: Instant) {
        self.spans.change(at, self.state, &self.owner);
        self.reconsider(at);
    }

    pub(super) fn assigned(&mut self, entry: &Entry, role: Role, agent: &Change, group: &Change) {
        let at = entry.at;
        let agent = changed(self.owner.agent.as_ref(), agent);
        let group = changed(self.owner.group.as_ref(), group);
        let is_given = matches!(agent, Some(Some(_))) || matches!(group, Some(Some(_)));
        if is_given && self.facts.flags.bot_involved && self.human.acted_at.is_none() {
            self.facts.points.first(Point::Handoff, at);
        }
        // Routing before any person touched the ticket is no transfer (M26).
        let is_owned = self.ownership.last_agent.is_some() || self.human.worked;
        let counts = is_owned && (role == Role::Agent || self.human.acted_at.is_some());
        if let Some(Some(next)) = &group
            && self.ownership.last_group.as_ref().is_some_and(|last| last != next)
        {
            self.facts.counts.group_changes += 1;
            self.transferred(entry, role, Deed::TransferGroup, counts);
        }
        if let Some(Some(next)) = &agent
            && self.ownership.last_agent.as_ref().is_some_and(|last| last != next)
        {
            self.facts.counts.agent_changes += 1;
            self.transferred(entry, role, Deed::TransferAgent, counts);
        }
        if let Some(group) = group {
            if group.is_some() {
                self.ownership.last_group.clone_from(&group);
            }
            self.owner.group = group;
        }
        match agent {
            Some(Some(agent)) => {
                self.owned_by(at, agent.clone());
                self.touch(at, Deed::Assign, role, Some(agent));
            }
            Some(None) => {
                self.owner.agent = None;
                self.ownership.agent_since = None;
            }
            None => {}
        }
        self.owner_changed(at);
    }

    fn owned_by(&mut self, at: Instant, agent: Text) {
        self.facts.points.first(Point::FirstAssigned, at);
        self.ownership.first_agent.get_or_insert_with(|| agent.clone());
        self.ownership.last_agent = Some(agent.clone());
        self.ownership.agent_since = Some(at);
        self.owner.agent = Some(agent);
    }

    /// The owner changed hands; credited to the owner given up.
    fn transferred(&mut self, entry: &Entry, role: Role, deed: Deed, counts: bool) {
        if !counts {
            return;
        }
        let at = entry.at;
        // Agent and group that change at the same instant are one hop.
        if self.ownership.last_transfer_at != Some(at) {
            self.facts.counts.transfers += 1;
            self.ownership.last_transfer_at = Some(at);
            self.facts.times.first_transferred_at.get_or_insert(at);
        }
        let agent = self.ownership.last_agent.clone();
        self.touch(at, deed, role, agent);
    }
}

fn set(value: Option<&Text>) -> Change {
    value.map_or(Change::Keep, |value| Change::Set(value.clone()))
}

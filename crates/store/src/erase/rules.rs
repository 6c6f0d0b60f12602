//! Who was erased, known only by a keyed digest, and what that means for an event.

use crate::scrub::Scrub;
use crate::segment::Stored;
use event::{Change, Entry, Event, Kind, Role, Text};
use facts::policies::OneOrMany;
use hmac::{Hmac, KeyInit, Mac};
use rustc_hash::FxHashMap;
use sha2::Sha256;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What an erased id is known by.
pub(crate) type Digest = [u8; 32];

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// Somebody: customer, agent or bot.
    Person,
    /// An organisation of customers.
    Account,
}

/// Makes digests.
#[derive(Clone)]
pub(crate) struct Digester(Hmac<Sha256>);

impl Digester {
    pub(crate) fn new(key: &Digest) -> Self {
        // As HMAC itself does with a key that is shorter than a block.
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(key);
        Self(Hmac::new(&block.into()))
    }

    pub(crate) fn digest(&self, named: Named, id: &str) -> Digest {
        let mut mac = self.0.clone();
        mac.update(match named {
            Named::Person => b"p",
            Named::Account => b"a",
        });
        mac.update(id.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// What one erased id became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Erased {
    pub(crate) digest: Digest,
    pub(crate) pseudonym: Text,
    /// The sources in which it is erased; empty = all.
    pub(crate) sources: BTreeSet<Text>,
    /// Custom fields that stay on the tickets that this one requested.
    pub(crate) keep_fields: BTreeSet<Text>,
}

/// Everybody who was erased.
#[derive(Default)]
pub(crate) struct Rules {
    digester: Option<Digester>,
    erased: FxHashMap<Digest, Vec<Arc<Erased>>>,
    pseudonyms: FxHashMap<Text, Arc<Erased>>,
}

impl std::fmt::Debug for Rules {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rules({} erased)", self.erased.len())
    }
}

impl Rules {
    pub(crate) fn new(key: &Digest, all: impl IntoIterator<Item = Erased>) -> Self {
        let mut rules = Self { digester: Some(Digester::new(key)), ..Self::default() };
        for erased in all {
            let erased = Arc::new(erased);
            rules.erased.entry(erased.digest).or_default().push(Arc::clone(&erased));
            // Who was erased twice keeps only what both times let stand.
            let known = rules.pseudonyms.entry(erased.pseudonym.clone());
            known
                .and_modify(|known| {
                    let both = known.keep_fields.intersection(&erased.keep_fields);
                    *known = Arc::new(Erased {
                        keep_fields: both.cloned().collect(),
                        ..Erased::clone(known)
                    });
                })
                .or_insert(erased);
        }
        rules
    }

    /// Whether nobody was ever erased.
    pub(crate) fn is_empty(&self) -> bool {
        self.erased.is_empty()
    }

    /// What stands for an id of a source; `None` where it is not erased there.
    pub(crate) fn pseudonym(&self, named: Named, source: &str, id: &str) -> Option<&Text> {
        let erased = self.erased.get(&self.digester.as_ref()?.digest(named, id))?;
        let here =
            |erased: &&Arc<Erased>| erased.sources.is_empty() || erased.sources.contains(source);
        erased.iter().find(here).map(|erased| &erased.pseudonym)
    }

    /// What an id is called now, where no source is named: of one that is erased in some sources
    /// only, both names are told.
    fn stand_ins(&self, named: Named, id: &Text) -> Vec<Text> {
        let digest = self.digester.as_ref().map(|digester| digester.digest(named, id));
        let erased = digest.and_then(|digest| self.erased.get(&digest)).map_or(&[][..], |all| all);
        let everywhere = erased.iter().any(|erased| erased.sources.is_empty());
        let own = (!everywhere).then(|| id.clone());
        own.into_iter().chain(erased.first().map(|erased| erased.pseudonym.clone())).collect()
    }

    /// Takes the erased out of events that come in.
    pub(crate) fn admit(&self, events: &mut [Event]) {
        if self.is_empty() {
            return;
        }
        // The same few people again and again: a digest costs more than a look-up.
        let mut known: FxHashMap<(bool, Text, Text), Option<Text>> = FxHashMap::default();
        for Event { source, entry, .. } in events {
            rename(entry, |named, id| {
                let key = (named == Named::Person, source.clone(), id.clone());
                let found = known.entry(key);
                found.or_insert_with(|| self.pseudonym(named, source, id).cloned()).clone()
            });
            self.silence(entry);
        }
    }

    /// Whether anything of an entry is told by an erased one; then its words go.
    fn silence(&self, entry: &mut Entry) -> bool {
        let is_theirs = entry.actor.id.as_ref().is_some_and(|id| self.pseudonyms.contains_key(id));
        match &mut entry.kind {
            Kind::Message(message) if is_theirs => message.text.take().is_some(),
            _ => false,
        }
    }

    /// The erased one who requested a ticket, whose id was replaced already.
    pub(super) fn requester_of(&self, stored: &Stored) -> Option<Arc<Erased>> {
        if self.pseudonyms.is_empty() {
            return None;
        }
        let own = stored.timeline.iter().filter(|entry| entry.origin.is_none());
        own.filter_map(|entry| self.requester(entry)).next().map(Arc::clone)
    }

    /// The erased one who requested the ticket that an entry creates.
    fn requester(&self, entry: &Entry) -> Option<&Arc<Erased>> {
        let Kind::Created(created) = &entry.kind else { return None };
        let is_own = entry.actor.role == Role::Requester;
        let author = entry.actor.id.as_ref().filter(|_| is_own);
        self.pseudonyms.get(created.requester.as_ref().or(author)?)
    }

    /// Takes words and custom fields out of a ticket that an erased one requested; their id was
    /// replaced already. Whether that changed anything.
    pub(crate) fn settle(&self, stored: &mut Stored) -> bool {
        if self.pseudonyms.is_empty() {
            return false;
        }
        let requested =
            |entry: &Entry| Some((entry.origin.clone(), Arc::clone(self.requester(entry)?)));
        // What came from a merged-away ticket is its requester's, wherever it travelled: so it does
        // not matter whether it did before or after.
        let theirs: Vec<_> = stored.timeline.iter().filter_map(requested).collect();
        let mut changed = false;
        for entry in &mut stored.timeline {
            let whose = theirs.iter().find(|(origin, _)| *origin == entry.origin);
            if let Some((_, erased)) = whose {
                changed |= empty(entry, &erased.keep_fields);
            }
            changed |= self.silence(entry);
        }
        changed
    }
}

impl Scrub for Rules {
    fn scrub(&self, stored: &mut Stored) -> bool {
        if self.is_empty() {
            return false;
        }
        let Stored { source, timeline, .. } = stored;
        let mut changed = false;
        for entry in timeline {
            changed |= rename(entry, |named, id| self.pseudonym(named, source, id).cloned());
        }
        self.settle(stored) || changed
    }
}

/// Puts other ids where somebody is named; whether there were any.
fn rename(entry: &mut Entry, mut find: impl FnMut(Named, &Text) -> Option<Text>) -> bool {
    let mut changed = false;
    let mut put = |named, id: &mut Text| {
        if let Some(other) = find(named, id) {
            *id = other;
            changed = true;
        }
    };
    let mut person = |id: &mut Option<Text>| id.iter_mut().for_each(|id| put(Named::Person, id));
    person(&mut entry.actor.id);
    match &mut entry.kind {
        Kind::Created(created) => {
            person(&mut created.requester);
            person(&mut created.agent);
            created.account.iter_mut().for_each(|id| put(Named::Account, id));
        }
        Kind::Assigned { agent: Change::Set(agent), .. } => put(Named::Person, agent),
        Kind::Rated { agent, .. } | Kind::Worked { agent, .. } => person(agent),
        _ => {}
    }
    changed
}

/// Takes words and custom fields out of an entry; whether there were any.
pub(super) fn empty(entry: &mut Entry, keep: &BTreeSet<Text>) -> bool {
    let mut changed = false;
    if let Some(extra) = &mut entry.extra {
        let before = extra.len();
        extra.retain(|name, _| keep.contains(name));
        changed |= extra.len() < before;
        if extra.is_empty() {
            entry.extra = None;
            changed = true;
        }
    }
    changed
        | match &mut entry.kind {
            Kind::Message(message) => message.text.take().is_some(),
            Kind::Field { name, value } if !keep.contains(name) => value.take().is_some(),
            _ => false,
        }
}

/// The custom fields that policies ask for: without them the same ticket had other targets.
pub(crate) fn fields_of(policies: &facts::Policies) -> BTreeSet<Text> {
    let asked = policies.sla.iter().flat_map(|policy| &policy.versions);
    let asked = asked.flat_map(|version| version.when.keys());
    let mut fields: BTreeSet<Text> =
        asked.filter_map(|facet| facet.strip_prefix("field.")).map(Text::from).collect();
    fields.extend(policies.topic_field.as_deref().map(Text::from));
    fields
}

/// Puts pseudonyms where policies name somebody, so that they mean the same people as before;
/// whether they did.
pub(crate) fn rename_in(policies: &mut facts::Policies, rules: &Rules) -> bool {
    let mut changed = false;
    let roles = std::mem::take(&mut policies.roles);
    for (id, terms) in roles {
        let ids = rules.stand_ins(Named::Person, &id);
        changed |= ids != [id];
        policies.roles.extend(ids.into_iter().map(|id| (id, terms.clone())));
    }
    for version in policies.sla.iter_mut().flat_map(|policy| &mut policy.versions) {
        for (facet, values) in &mut version.when {
            let named = match facet.as_str() {
                "requester" | "agent" => Named::Person,
                "account" => Named::Account,
                _ => continue,
            };
            let ids = values.values().iter().flat_map(|id| rules.stand_ins(named, id));
            let ids: Vec<Text> = ids.collect();
            if ids != values.values() {
                changed = true;
                *values = OneOrMany::Many(ids);
            }
        }
    }
    changed
}

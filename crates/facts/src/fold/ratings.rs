//! Satisfaction offers and their answers: the last answer to an offer wins (M36).

use super::Fold;
use crate::facts::{Anomaly, Owner, Rating, RatingBox};
use crate::limits::RATING_TOO_FAST_US;
use event::{Entry, Instant, Kind, Role, Score};

/// The ratings so far.
#[derive(Debug, Default)]
pub(super) struct Ratings {
    list: Vec<Rating>,
}

impl Ratings {
    /// A survey was sent.
    pub(super) fn offer(&mut self, at: Instant, owner: &Owner, solved_at: Option<Instant>) {
        self.list.push(Rating {
            owner: owner.clone(),
            offered_at: Some(at),
            solved_at,
            assignee: owner.agent.clone(),
            ..Rating::default()
        });
    }

    /// The offer that an answer belongs to: the last, unless it was unasked and the ticket has
    /// been solved again since.
    fn answered(&mut self, solved_at: Option<Instant>) -> &mut Rating {
        let is_open = self
            .list
            .last()
            .is_some_and(|last| last.offered_at.is_some() || last.solved_at == solved_at);
        if !is_open {
            self.list.push(Rating::default());
        }
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    pub(super) fn finish(self) -> Vec<Rating> {
        self.list
    }
}

impl Fold<'_> {
    pub(super) fn rated(&mut self, entry: &Entry, role: Role) {
        let Kind::Rated { score, scale_min, scale_max, agent } = &entry.kind else { return };
        let rating_box = rating_box(*score, *scale_min, *scale_max);
        if rating_box.is_none() {
            self.facts.anomalies.add(Anomaly::BadScale);
        }
        let solved_at = self.solving.last_at;
        let rated = agent.clone().or_else(|| self.last_replier.clone());
        let credit = rated.or_else(|| self.owner.agent.clone());
        let rating = self.ratings.answered(solved_at);
        // A person who answers after a machine says something new, and changes no mind.
        let before = rating.rating_box.filter(|_| rating.suspicious.is_none());
        rating.suspicious = suspicion(rating, entry.at, *score, role);
        rating.answer_changed = match (before, rating_box) {
            (Some(RatingBox::Good), Some(RatingBox::Bad)) => Some("good_to_bad"),
            (Some(RatingBox::Bad), Some(RatingBox::Good)) => Some("bad_to_good"),
            _ => rating.answer_changed,
        };
        rating.owner = self.owner.credited(credit);
        rating.rated_at = Some(entry.at);
        rating.solved_at = solved_at;
        rating.score = Some(*score);
        rating.scale = Some((*scale_min, *scale_max));
        rating.rating_box = rating_box;
        rating.assignee.clone_from(&self.owner.agent);
        self.facts.times.rated_at = Some(entry.at);
        self.facts.moments.rated = rating.owner.clone();
    }
}

/// Why an answer may be no human's: written by a machine, at once, or with another beside it.
fn suspicion(rating: &Rating, at: Instant, score: Score, role: Role) -> Option<&'static str> {
    let soon = |before: Option<Instant>| {
        before.is_some_and(|before| at.since(before) < RATING_TOO_FAST_US)
    };
    if role == Role::Bot {
        Some("bot")
    } else if soon(rating.rated_at) && rating.score != Some(score) {
        Some("several_at_once")
    } else if soon(rating.offered_at) {
        Some("too_fast")
    } else {
        None
    }
}

/// The part of the scale that a score lies in; `None` on a scale without length.
fn rating_box(score: Score, min: Score, max: Score) -> Option<RatingBox> {
    let [score, min, max] = [score, min, max].map(|score: Score| i64::from(score.thousandths()));
    let (height, width) = (score - min, max - min);
    if width <= 0 {
        return None;
    }
    Some(if 4 * height >= 3 * width {
        RatingBox::Good
    } else if 4 * height <= width {
        RatingBox::Bad
    } else {
        RatingBox::Neutral
    })
}

//! What a column seems to hold, by its name and by its values.

use super::Column;
use super::names::{NAMES, Words};
use super::words::{self, CHANNELS, PRIORITIES, STATUSES, TYPES};
use serde::Serialize;

/// What a column may hold. Each is guessed of one column at most, `time` aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ColumnGuess)]
pub enum Guess {
    /// The ticket's id.
    Ticket,
    /// When it came in.
    Created,
    /// When it was first answered.
    FirstReply,
    /// When it was solved.
    Solved,
    /// When it was closed.
    Closed,
    /// When something else happened, or each row's event did.
    Time,
    /// The status, or what happened.
    Status,
    /// Who worked on it.
    Agent,
    /// Which team did.
    Group,
    /// Who asked.
    Requester,
    /// The way it came in.
    Channel,
    /// How urgent it is.
    Priority,
    /// What kind of ticket it is.
    Type,
    /// What it is about.
    Product,
    /// How the customer rated it.
    Rating,
    /// Its subject.
    Subject,
    /// What was written.
    Text,
    /// Its tags.
    Tags,
    /// The customer's language.
    Language,
    /// The company that asked.
    Account,
    /// The brand it was asked of.
    Brand,
}

impl Guess {
    /// Whether only a column of times can hold it.
    const fn is_time(self) -> bool {
        matches!(self, Self::Created | Self::FirstReply | Self::Solved | Self::Closed | Self::Time)
    }
}

/// Points for a name that is one of the words, and for one that contains them.
const SAME: usize = 10_000;
const CONTAINED: usize = 5_000;
/// Points for each word of the name that is explained, and lost for each that is there.
const EXPLAINED: usize = 500;
const THERE: usize = 100;
/// Points for values that look like it, under a name that says nothing.
const LOOKS: usize = 3_000;
/// Points for values that could be a key.
const COULD_BE: usize = 1_000;

/// Different values up to which a column is taken for a closed list.
const CLOSED_LIST_MAX: usize = 30;
/// Longest value of a key.
const KEY_CHARS_MAX: usize = 40;

/// Fills in what each column seems to hold: of two that seem to hold the same, the better.
pub(super) fn fill(columns: &mut [Column]) {
    let mut found: Vec<(usize, Guess, usize)> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        found.extend(by_name(column).map(|(guess, points)| (points, guess, at)));
        found.extend(by_values(column).map(|(guess, points)| (points, guess, at)));
    }
    found.sort_by_key(|(points, guess, at)| (usize::MAX - points, *guess, *at));
    let mut taken = Vec::new();
    for (_, guess, at) in found {
        let free = guess == Guess::Time || !taken.contains(&guess);
        if columns[at].guess.is_none() && free {
            columns[at].guess = Some(guess);
            taken.push(guess);
        }
    }
}

fn by_name(column: &Column) -> impl Iterator<Item = (Guess, usize)> {
    let name = words::tokens(&column.name);
    let is_time = !column.forms.is_empty();
    NAMES.iter().filter(move |(guess, _)| guess.is_time() == is_time).filter_map(
        move |(guess, words)| {
            // The words are listed with the surer ones first.
            let points = words.iter().enumerate().filter_map(|(at, words)| {
                points(&name, words).map(|points| points.saturating_sub(at))
            });
            Some((*guess, points.max()?))
        },
    )
}

fn points(name: &[String], words: &Words) -> Option<usize> {
    let (text, whole) = match words {
        Words::Whole(text) => (text, true),
        Words::Part(text) => (text, false),
    };
    let wanted: Vec<&str> = text.split(' ').collect();
    if name.len() == wanted.len() && name.iter().zip(&wanted).all(|(a, b)| a == b) {
        return Some(SAME);
    }
    let within =
        name.windows(wanted.len()).any(|part| part.iter().zip(&wanted).all(|(a, b)| a == b));
    // More of the name explained is better; less of it left over is better.
    (within && !whole)
        .then(|| (CONTAINED + EXPLAINED * wanted.len()).saturating_sub(THERE * name.len()))
}

fn by_values(column: &Column) -> Option<(Guess, usize)> {
    if column.values.is_empty() {
        return None;
    }
    if !column.forms.is_empty() {
        return Some((Guess::Time, LOOKS));
    }
    let different = column.different();
    if different.len() <= CLOSED_LIST_MAX {
        let lists = [
            (Guess::Status, STATUSES),
            (Guess::Priority, PRIORITIES),
            (Guess::Channel, CHANNELS),
            (Guess::Type, TYPES),
        ];
        let mostly = |list| {
            let known = different.iter().filter(|value| words::find(list, value).is_some()).count();
            // One value alone may be a coincidence.
            different.len() > 1 && known * 5 >= different.len() * 4
        };
        if let Some((guess, _)) = lists.into_iter().find(|(_, list)| mostly(*list)) {
            return Some((guess, LOOKS));
        }
    }
    if different.iter().all(|value| is_address(value)) {
        return Some((Guess::Requester, LOOKS));
    }
    let key = |value: &&str| value.chars().count() <= KEY_CHARS_MAX && !value.contains(' ');
    (column.is_unique() && column.empty == 0 && different.iter().all(key))
        .then_some((Guess::Ticket, COULD_BE))
}

fn is_address(value: &str) -> bool {
    value
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !value.contains(' '))
}

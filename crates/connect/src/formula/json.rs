//! A payload as formulas see it: shared instead of copied, in the order of its keys, null where a
//! path leads nowhere, and with a note of what was read.

use super::{Any, budget};
use cel::ExecutionError;
use cel::common::traits::{Adder, Container, Indexer, Iterable, Iterator as Items, Sizer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelNull, CelString, CelUInt, LIST_TYPE, MAP_TYPE,
    NULL_TYPE, Type,
};
use cel::common::value::{CowVal, StaticVal, Val};
use serde_json::Value as Json;
use std::any::Any as StdAny;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// A member of an object or a list.
#[derive(Debug)]
struct Member {
    value: Any,
    read: AtomicBool,
}

/// An object.
#[derive(Clone, Debug)]
pub(crate) struct JsonMap(Arc<Members>);

#[derive(Debug)]
struct Members {
    by_name: BTreeMap<String, Member>,
    /// The names as values, for formulas that walk over them.
    names: OnceLock<Vec<CelString<'static>>>,
}

/// A list.
#[derive(Clone, Debug)]
pub(crate) struct JsonList(Arc<[Member]>);

/// Null, or what a path that leads nowhere comes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absent;

static ABSENT: Absent = Absent;

/// What kind of value it is, as far as a mapping cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Absent,
    Flag(bool),
    Other,
}

/// JSON as a value of formulas.
pub(crate) fn value(json: Json) -> Any {
    let member = |json| Member { value: value(json), read: AtomicBool::new(false) };
    match json {
        Json::Null => Box::new(Absent),
        Json::Bool(flag) => Box::new(CelBool::from(flag)),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Box::new(CelInt::from(whole)),
            (None, Some(whole)) => Box::new(CelUInt::from(whole)),
            (None, None) => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Json::String(text) => Box::new(CelString::from(text)),
        Json::Array(items) => Box::new(JsonList(items.into_iter().map(member).collect())),
        Json::Object(entries) => Box::new(JsonMap(Arc::new(Members {
            by_name: entries.into_iter().map(|(name, json)| (name, member(json))).collect(),
            names: OnceLock::new(),
        }))),
    }
}

/// A value as JSON; all of it counts as read.
pub(crate) fn json(value: &dyn Val) -> Json {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        Json::String(text.inner().to_owned())
    } else if let Some(map) = value.downcast_ref::<JsonMap>() {
        map.members().map(|(name, member)| (name.clone(), json(member.take()))).collect()
    } else if let Some(list) = value.downcast_ref::<JsonList>() {
        list.0.iter().map(|member| json(member.take())).collect()
    } else if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        list.inner().iter().map(|item| json(item.as_ref())).collect()
    } else if let Some(flag) = value.downcast_ref::<CelBool>() {
        Json::Bool(*flag.inner())
    } else if let Some(whole) = value.downcast_ref::<CelInt>() {
        Json::from(*whole.inner())
    } else if let Some(whole) = value.downcast_ref::<CelUInt>() {
        Json::from(*whole.inner())
    } else if let Some(number) = value.downcast_ref::<CelDouble>() {
        Json::from(*number.inner())
    } else {
        Json::Null
    }
}

/// A value as the text of a cell; `None` where there is nothing in it.
pub(crate) fn text(value: &dyn Val) -> Option<String> {
    match json(value) {
        Json::Null => None,
        Json::String(text) => {
            let trimmed = text.trim();
            (!trimmed.is_empty()).then(|| trimmed.to_owned())
        }
        other => Some(other.to_string()),
    }
}

/// What kind of value it is.
pub(crate) fn shape(value: &dyn Val) -> Shape {
    if is_absent(value) {
        return Shape::Absent;
    }
    value.downcast_ref::<CelBool>().map_or(Shape::Other, |flag| Shape::Flag(*flag.inner()))
}

pub(super) fn is_absent(value: &dyn Val) -> bool {
    value.downcast_ref::<Absent>().is_some() || value.downcast_ref::<CelNull>().is_some()
}

/// The value at `path`, `outer.inner` for what lies in an object; marks it as read.
pub(crate) fn at<'b>(value: &'b (dyn Val + 'static), path: &str) -> Option<&'b dyn Val> {
    let map = value.downcast_ref::<JsonMap>()?;
    if let Some(member) = map.0.by_name.get(path) {
        return Some(member.take());
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let inner = map.0.by_name.get(&path[..dot])?.take();
        at(inner, &path[dot + 1..])
    })
}

/// Hands over the leaves below a value under their `outer.inner` names, and marks them as read.
/// Lists, and what lies deeper than `depth`, are leaves.
pub(crate) fn leaves(
    value: &dyn Val,
    name: &str,
    depth: usize,
    take: &mut dyn FnMut(&str, &dyn Val),
) {
    match value.downcast_ref::<JsonMap>() {
        Some(map) if depth > 0 => {
            for (key, member) in map.members() {
                let dot = if name.is_empty() { "" } else { "." };
                leaves(member.take(), &format!("{name}{dot}{key}"), depth - 1, take);
            }
        }
        _ => take(name, value),
    }
}

/// The paths that nothing has read, of which at most `limit` are given.
pub(crate) fn unread(value: &dyn Val, path: &str, limit: usize, found: &mut Vec<String>) {
    let mut visit = |member: &Member, path: String| {
        let inner = member.value.as_ref();
        if inner.as_sizer().is_some() && inner.as_container().is_some() {
            unread(inner, &path, limit, found);
        } else if !member.read.load(Ordering::Relaxed) && found.len() < limit {
            found.push(path);
        }
    };
    if let Some(map) = value.downcast_ref::<JsonMap>() {
        for (name, member) in map.members() {
            let dot = if path.is_empty() { "" } else { "." };
            visit(member, format!("{path}{dot}{name}"));
        }
    } else if let Some(list) = value.downcast_ref::<JsonList>() {
        for (index, member) in list.0.iter().enumerate() {
            visit(member, format!("{path}[{index}]"));
        }
    }
}

impl Member {
    /// The value, which counts as read from now on.
    fn take(&self) -> &(dyn Val + 'static) {
        self.read.store(true, Ordering::Relaxed);
        self.value.as_ref()
    }
}

impl JsonMap {
    fn members(&self) -> impl Iterator<Item = (&String, &Member)> {
        self.0.by_name.iter()
    }

    fn names(&self) -> &[CelString<'static>] {
        self.0.names.get_or_init(|| {
            self.0.by_name.keys().map(|name| CelString::from(name.clone())).collect()
        })
    }
}

impl JsonList {
    /// Its items, read from now on.
    pub(crate) fn items(&self) -> impl Iterator<Item = &(dyn Val + 'static)> {
        self.0.iter().map(Member::take)
    }
}

/// The members one after the other.
struct Walk<I>(I);

impl<'b, 'v, I: Iterator<Item = &'b (dyn Val + 'static)>> Items<'b, 'v> for Walk<I> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|item| item as &(dyn Val + 'v))
    }
}

impl Indexer for JsonMap {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let member =
            key.downcast_ref::<CelString<'_>>().and_then(|key| self.0.by_name.get(key.inner()));
        Ok(CowVal::Borrowed(member.map_or(&ABSENT as &dyn Val, Member::take)))
    }

    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(key).map(CowVal::into_owned)
    }
}

impl Indexer for JsonList {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let index = index.downcast_ref::<CelInt>().map(|index| usize::try_from(*index.inner()));
        let member = index.and_then(Result::ok).and_then(|index| self.0.get(index));
        Ok(CowVal::Borrowed(member.map_or(&ABSENT as &dyn Val, Member::take)))
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Indexer for Absent {
    fn get<'b, 'v>(&'b self, _: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(CowVal::Borrowed(&ABSENT))
    }

    fn steal<'v>(self: Box<Self>, _: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(self)
    }
}

impl Iterable for JsonMap {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Items<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Walk(self.names().iter().map(|name| name as &(dyn Val + 'static))))
    }
}

impl Iterable for JsonList {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Items<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Walk(self.items()))
    }
}

impl Iterable for Absent {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Items<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Walk(std::iter::empty()))
    }
}

impl Container for JsonMap {
    fn contains(&self, name: &dyn Val) -> Result<bool, ExecutionError> {
        let name = name.downcast_ref::<CelString<'_>>();
        Ok(name.is_some_and(|name| self.0.by_name.contains_key(name.inner())))
    }
}

impl Container for JsonList {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.items().any(|item| budget::spend(1) && item.equals(value)))
    }
}

impl Container for Absent {
    fn contains(&self, _: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(false)
    }
}

impl Sizer for JsonMap {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.0.by_name.len()).unwrap_or(i64::MAX))
    }
}

impl Sizer for JsonList {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.0.len()).unwrap_or(i64::MAX))
    }
}

impl Adder for JsonList {
    fn add<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let Some(more) = other.as_iterable() else {
            return Err(ExecutionError::no_such_overload("_+_", vec!["list".to_owned()]));
        };
        let mut all: Vec<Box<dyn Val + 'v>> = self.items().map(Val::clone_as_boxed).collect();
        let mut more = more.iter();
        while let Some(item) = more.next() {
            all.push(item.clone_as_boxed());
        }
        Ok(CowVal::owned(CelList::from(all)))
    }
}

impl Val for JsonMap {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        let Some(other) = other.downcast_ref::<Self>() else { return false };
        let pairs = self.members().zip(other.members());
        self.0.by_name.len() == other.0.by_name.len()
            && pairs.into_iter().all(|((name, mine), (other, theirs))| {
                budget::spend(1) && name == other && mine.take().equals(theirs.take())
            })
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn StdAny> {
        Some(self)
    }
}

impl Val for JsonList {
    fn get_type(&self) -> &Type {
        &LIST_TYPE
    }

    fn cel_type() -> &'static Type {
        &LIST_TYPE
    }

    fn as_adder<'b, 'v>(&'b self) -> Option<&'b (dyn Adder + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        let Some(other) = other.as_iterable().filter(|_| *other.get_type() == LIST_TYPE) else {
            return false;
        };
        let mut theirs = other.iter();
        self.items()
            .all(|mine| budget::spend(1) && theirs.next().is_some_and(|theirs| mine.equals(theirs)))
            && theirs.next().is_none()
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn StdAny> {
        Some(self)
    }
}

impl Val for Absent {
    fn get_type(&self) -> &Type {
        &NULL_TYPE
    }

    fn cel_type() -> &'static Type {
        &NULL_TYPE
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        is_absent(other)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }

    fn as_any(&self) -> Option<&dyn StdAny> {
        Some(self)
    }
}

impl StaticVal for JsonMap {}
impl StaticVal for JsonList {}
impl StaticVal for Absent {}

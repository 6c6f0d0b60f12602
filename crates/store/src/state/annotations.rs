//! What happened outside the tickets: releases, campaigns, incidents, holidays.

use super::State;
use crate::error::{Error, Result, sql};
use crate::limits::ANNOTATIONS_MAX;
use event::Instant;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

/// What sort of thing happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationKind {
    /// Something new went out to customers.
    Release,
    /// Customers were written to.
    Campaign,
    /// Something was broken.
    Incident,
    /// Customers or the team were away.
    Holiday,
    /// Anything else.
    #[default]
    Other,
}

impl AnnotationKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Release, Self::Campaign, Self::Incident, Self::Holiday, Self::Other];

    /// The word in JSON and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Campaign => "campaign",
            Self::Incident => "incident",
            Self::Holiday => "holiday",
            Self::Other => "other",
        }
    }

    /// The kind of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

/// Something that happened outside the tickets, before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When, or since when.
    pub at: Instant,
    /// Until when, exclusive; `None` = it was one instant.
    pub to: Option<Instant>,
    /// What a chart shows of it.
    pub title: String,
    /// More about it.
    pub text: Option<String>,
    /// What sort of thing it was.
    pub kind: AnnotationKind,
}

/// Something that happened outside the tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Its number; one that was removed is never given again.
    pub id: i64,
    /// What it says.
    pub note: Note,
}

impl State {
    /// Those that touch the period, by time.
    pub(crate) async fn annotations(
        &self,
        from: Option<Instant>,
        to: Option<Instant>,
    ) -> Result<Vec<Annotation>> {
        let rows = sqlx::query(
            "SELECT id, at, until, title, text, kind FROM annotation
             WHERE ($1 IS NULL OR COALESCE(until, at + 1) > $1) AND ($2 IS NULL OR at < $2)
             ORDER BY at, id",
        )
        .bind(from.map(Instant::micros))
        .bind(to.map(Instant::micros))
        .fetch_all(&self.pool)
        .await
        .map_err(sql("list the annotations"))?;
        rows.iter().map(annotation).collect()
    }

    /// Adds one; its number.
    pub(crate) async fn annotation_add(&self, note: &Note) -> Result<i64> {
        let mut tx = self.begin().await?;
        let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM annotation")
            .fetch_one(&mut *tx)
            .await
            .map_err(sql("count the annotations"))?;
        if kept.cast_unsigned() >= ANNOTATIONS_MAX {
            let given = kept.cast_unsigned() + 1;
            return Err(Error::Limit { what: "annotations", given, limit: ANNOTATIONS_MAX });
        }
        let id = sqlx::query_scalar(
            "INSERT INTO annotation (at, until, title, text, kind) VALUES ($1, $2, $3, $4, $5)
             RETURNING id",
        )
        .bind(note.at.micros())
        .bind(note.to.map(Instant::micros))
        .bind(&note.title)
        .bind(&note.text)
        .bind(note.kind.name())
        .fetch_one(&mut *tx)
        .await
        .map_err(sql("add an annotation"))?;
        super::commit(tx).await?;
        Ok(id)
    }

    /// Puts another in place of the one of that number.
    pub(crate) async fn annotation_change(&self, id: i64, note: &Note) -> Result<()> {
        let done = sqlx::query(
            "UPDATE annotation SET at = $1, until = $2, title = $3, text = $4, kind = $5
             WHERE id = $6",
        )
        .bind(note.at.micros())
        .bind(note.to.map(Instant::micros))
        .bind(&note.title)
        .bind(&note.text)
        .bind(note.kind.name())
        .bind(id)
        .execute(&self.pool)
        .await
        .map_err(sql("change an annotation"))?;
        known(id, done.rows_affected())
    }

    /// Removes the one of that number.
    pub(crate) async fn annotation_remove(&self, id: i64) -> Result<()> {
        let done = sqlx::query("DELETE FROM annotation WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(sql("remove an annotation"))?;
        known(id, done.rows_affected())
    }
}

fn known(id: i64, rows: u64) -> Result<()> {
    if rows == 0 { Err(Error::Unknown { what: "annotation", id }) } else { Ok(()) }
}

fn annotation(row: &AnyRow) -> Result<Annotation> {
    let id = row.get(0);
    let kind: &str = row.get(5);
    let kind = AnnotationKind::named(kind)
        .ok_or_else(|| Error::damaged(format!("annotation {id}"), format!("its kind is {kind}")))?;
    let note = Note {
        at: Instant::from_micros(row.get(1)),
        to: row.get::<Option<i64>, _>(2).map(Instant::from_micros),
        title: row.get(3),
        text: row.get(4),
        kind,
    };
    Ok(Annotation { id, note })
}

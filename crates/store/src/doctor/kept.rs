//! The state database: its integrity, the clock, the inbox, imports and backups.

use super::{Finding, Patient, Severity};
use crate::error::{Result, sql};
use crate::limits::{BACKUP_OLD_US, CLOCK_BACK_US, CLOCK_DIFFERS_US, INBOX_OLD_US, PAGE_SIZE_MAX};
use crate::state::dialect::Dialect;
use crate::state::inbox;
use event::Instant;
use sqlx::Row;
use std::path::Path;

const HOUR_US: i64 = 3_600_000_000;

impl Patient {
    pub(super) async fn look_at_state(&mut self) -> Result<()> {
        self.integrity().await;
        self.clock().await?;
        let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM ticket")
            .fetch_one(&self.state.pool)
            .await
            .map_err(sql("count tickets"))?;
        if known != i64::from(self.numbered) {
            let message = format!("{known} tickets have numbers, but {} were given", self.numbered);
            self.findings.push(Finding::new(
                "numbers_differ",
                Severity::Error,
                &self.options.state,
                message,
                "the state database is not as it was left: restore a backup",
            ));
        }
        Ok(())
    }

    async fn integrity(&mut self) {
        let statement = match (self.state.dialect, self.thorough) {
            (Dialect::Sqlite, true) => "PRAGMA integrity_check(20)",
            (Dialect::Sqlite, false) => "SELECT 'ok'",
            (Dialect::Postgres, _) => "SELECT 'ok'",
        };
        let answer = sqlx::query(statement).fetch_all(&self.state.pool).await;
        let problems = match answer {
            Ok(rows) => rows.iter().map(|row| row.get::<String, _>(0)).collect(),
            Err(error) => vec![error.to_string()],
        };
        if problems.iter().any(|problem| problem != "ok") {
            self.findings.push(Finding::new(
                "state_damaged",
                Severity::Error,
                &self.options.state,
                problems.join("; "),
                "restore a backup; what was accepted after it is in the sources",
            ));
        }
    }

    /// The present against what was written earlier, and against the database's own.
    async fn clock(&mut self) -> Result<()> {
        let newest = "SELECT MAX(at) FROM (SELECT MAX(accepted_at) AS at FROM inbox
             UNION ALL SELECT MAX(sealed_at) FROM segment) AS known";
        let newest: Option<i64> = sqlx::query_scalar(newest)
            .fetch_one(&self.state.pool)
            .await
            .map_err(sql("read the newest instant"))?;
        let newest = newest.map(Instant::from_micros);
        if let Some(newest) = newest.filter(|at| at.since(self.now) > CLOCK_BACK_US) {
            self.findings.push(Finding::new(
                "clock_behind",
                Severity::Warning,
                "the clock of this machine",
                format!("it says {}, but something was accepted at {newest}", self.now),
                "set the clock; what was accepted stays, and is dated by its own events",
            ));
        }
        if self.state.dialect == Dialect::Postgres {
            let theirs: i64 = sqlx::query_scalar(
                "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint",
            )
            .fetch_one(&self.state.pool)
            .await
            .map_err(sql("read the database's clock"))?;
            let apart = self.now.since(Instant::from_micros(theirs)).abs();
            if apart > CLOCK_DIFFERS_US {
                self.findings.push(Finding::new(
                    "clock_differs",
                    Severity::Warning,
                    "the clocks of this machine and of the state database",
                    format!("they are {} s apart", apart / 1_000_000),
                    "let both follow the same time server",
                ));
            }
        }
        Ok(())
    }

    /// Batches that wait to be sealed.
    pub(super) async fn batches(&self) -> Result<u64> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM inbox")
            .fetch_one(&self.state.pool)
            .await
            .map_err(sql("count the inbox"))?;
        Ok(count.unsigned_abs())
    }

    pub(super) async fn look_at_inbox(&mut self) -> Result<()> {
        let oldest: Option<i64> = sqlx::query_scalar("SELECT MIN(accepted_at) FROM inbox")
            .fetch_one(&self.state.pool)
            .await
            .map_err(sql("read the oldest batch"))?;
        let age = oldest.map_or(0, |at| self.now.since(Instant::from_micros(at)));
        if age > INBOX_OLD_US {
            self.findings.push(Finding::new(
                "inbox_old",
                Severity::Warning,
                "the inbox",
                format!("its oldest batch waits to be sealed for {} h", age / HOUR_US),
                "it is safe, but each start takes longer: let `deskmeter serve` run, which seals",
            ));
        }
        if !self.thorough {
            return Ok(());
        }
        let waiting: Vec<i64> = sqlx::query_scalar("SELECT batch FROM inbox ORDER BY batch")
            .fetch_all(&self.state.pool)
            .await
            .map_err(sql("list the inbox"))?;
        for batch in waiting.into_iter().map(i64::cast_unsigned) {
            match inbox::first(&self.state.pool, batch, batch).await {
                // One that was sealed meanwhile is fine.
                Ok(_) => {}
                Err(error) => self.findings.push(Finding::new(
                    "inbox_damaged",
                    Severity::Error,
                    format!("batch {batch} of the inbox"),
                    format!("{error}; its events cannot be shown, and the next start refuses"),
                    "restore a backup, and let the sources send again what came after it",
                )),
            }
        }
        Ok(())
    }

    pub(super) async fn look_at_imports(&mut self) -> Result<()> {
        if self.is_open {
            return Ok(());
        }
        for import in self.state.imports(None, PAGE_SIZE_MAX).await? {
            if import.state == crate::ImportState::Running {
                self.findings.push(Finding::new(
                    "import_unfinished",
                    Severity::Warning,
                    format!("import {} of {}", import.id, import.file),
                    "the process ended under it; nothing of it is half there",
                    "import the file again: what is known already changes nothing",
                ));
            }
        }
        Ok(())
    }

    pub(super) async fn look_at_backups(&mut self) -> Result<()> {
        let known = self.state.backups().await?;
        let remedy = "make one: `deskmeter backup FILE`, also while the server runs";
        let Some(newest) = known.first() else {
            let message = "no backup is known: what this disk loses is lost";
            let place = "backups";
            self.findings.push(Finding::new("no_backup", Severity::Info, place, message, remedy));
            return Ok(());
        };
        let age = self.now.since(newest.made_at);
        if age > BACKUP_OLD_US {
            let message = format!("the newest backup is {} days old", age / (24 * HOUR_US));
            let (code, place) = ("backup_old", &newest.place);
            self.findings.push(Finding::new(code, Severity::Warning, place, message, remedy));
        }
        for backup in known.iter().filter(|backup| !Path::new(&backup.place).exists()) {
            self.findings.push(Finding::new(
                "backup_gone",
                Severity::Info,
                &backup.place,
                format!("the backup of {} is not at its place any more", backup.made_at),
                "if it was removed for good: `deskmeter backup --forget FILE`",
            ));
        }
        Ok(())
    }
}

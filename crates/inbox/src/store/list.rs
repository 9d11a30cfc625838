//! What the window and the tray show: rows with local marks applied.

use super::words::wanted;
use super::{Store, StoreError, key, number, unreadable};
use dealbell_protocol::window::{ListPage, ListQuery, Snoozed};
use dealbell_protocol::{Notification, NotificationId};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite};

/// The most rows of one answer.
const MAX_ROWS: u32 = 200;

impl Store {
    /// A slice of the list, newest first. Indexes and the narrow table alone skip to `offset`, so
    /// that a far one reads no texts. `version` is the caller's.
    pub(crate) async fn list(
        &mut self,
        query: &ListQuery,
        offset: u32,
        limit: u32,
        version: u64,
    ) -> Result<ListPage, StoreError> {
        let asked = Asked::of(query);
        let limit = limit.min(MAX_ROWS);
        let found = asked
            .bound(format!(
                "SELECT n.shown_read_at, b.body, s.until FROM
                     (SELECT {0} AS seq {1} ORDER BY {0} DESC LIMIT ? OFFSET ?) p
                 CROSS JOIN notifications n ON n.seq = p.seq
                 CROSS JOIN bodies b ON b.seq = p.seq
                 LEFT JOIN snoozed s ON s.id = n.id
                 ORDER BY p.seq DESC",
                asked.seq, asked.rows
            ))
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(&mut self.connection)
            .await?;
        let mut items = Vec::with_capacity(found.len());
        let mut snoozed = Vec::new();
        for row in &found {
            let item = notification(row)?;
            let until: Option<i64> = row.try_get(2)?;
            let id = item.id;
            snoozed.extend(until.map(|until| Snoozed { id, until }));
            items.push(item);
        }
        Ok(ListPage {
            total: self.total(&asked, offset, limit, items.len()).await?,
            offset,
            items,
            cursor: self.kept_cursor().await?,
            snoozed,
            version,
        })
    }

    /// How many rows there are, where a page of `limit` rows at `offset` has so many. The last page
    /// says so itself: a search that finds little looks through the words once, not twice.
    async fn total(
        &mut self,
        asked: &Asked<'_>,
        offset: u32,
        limit: u32,
        on_page: usize,
    ) -> Result<u32, StoreError> {
        let on_page = u32::try_from(on_page).unwrap_or(u32::MAX);
        if on_page < limit && (on_page > 0 || offset == 0) {
            return Ok(offset.saturating_add(on_page));
        }
        let row = asked
            .bound(format!("SELECT COUNT(*) {}", asked.rows))
            .fetch_one(&mut self.connection)
            .await?;
        Ok(u32::try_from(number(row.try_get(0)?)).unwrap_or(u32::MAX))
    }

    /// One notification, with local marks applied.
    pub(crate) async fn notification(
        &mut self,
        id: NotificationId,
    ) -> Result<Option<Notification>, StoreError> {
        let row = sqlx::query(
            "SELECT n.shown_read_at, b.body FROM notifications n
             JOIN bodies b ON b.seq = n.seq WHERE n.id = ?",
        )
        .bind(key(id))
        .fetch_optional(&mut self.connection)
        .await?;
        row.as_ref().map(notification).transpose()
    }

    /// The newest unread ones, for the menu.
    pub(crate) async fn newest_unread(
        &mut self,
        limit: u32,
    ) -> Result<Vec<Notification>, StoreError> {
        let rows = sqlx::query(
            "SELECT n.shown_read_at, b.body FROM notifications n
             JOIN bodies b ON b.seq = n.seq WHERE n.shown_read_at IS NULL
             ORDER BY n.seq DESC LIMIT ?",
        )
        .bind(i64::from(limit))
        .fetch_all(&mut self.connection)
        .await?;
        rows.iter().map(notification).collect()
    }
}

/// A query put into SQL.
struct Asked<'a> {
    query: &'a ListQuery,
    words: Option<String>,
    /// `FROM … WHERE …`, put together of constants.
    rows: String,
    /// What orders them.
    seq: &'static str,
}

impl<'a> Asked<'a> {
    fn of(query: &'a ListQuery) -> Self {
        let words = wanted(&query.search);
        let mut holds = Vec::new();
        let (from, seq) = match words {
            // The words lead and the rest is looked up; the other way round takes minutes.
            Some(_) => {
                holds.push("words MATCH ?");
                (
                    "words w CROSS JOIN notifications n ON n.seq = w.rowid",
                    "w.rowid",
                )
            }
            None => ("notifications n", "n.seq"),
        };
        holds.extend(query.unread.then_some("n.shown_read_at IS NULL"));
        holds.extend(query.provider.as_ref().map(|_| "n.provider = ?"));
        holds.extend(query.link.as_ref().map(|_| "n.link = ?"));
        let rows = match holds.as_slice() {
            [] => format!("FROM {from}"),
            // Nothing else is asked of the rows, so they need not be looked up.
            [_] if words.is_some() => "FROM words w WHERE words MATCH ?".to_owned(),
            all => format!("FROM {from} WHERE {}", all.join(" AND ")),
        };
        Self {
            query,
            words,
            rows,
            seq,
        }
    }

    /// A statement that begins with the rows' values.
    fn bound(&self, sql: String) -> Query<'a, Sqlite, SqliteArguments> {
        let mut bound = sqlx::query(AssertSqlSafe(sql));
        if let Some(words) = &self.words {
            bound = bound.bind(words.clone());
        }
        if let Some(provider) = &self.query.provider {
            bound = bound.bind(provider.as_str());
        }
        if let Some(link) = &self.query.link {
            bound = bound.bind(link.as_str());
        }
        bound
    }
}

fn notification(row: &SqliteRow) -> Result<Notification, StoreError> {
    let kept: Notification = serde_json::from_str(row.try_get(1)?).map_err(unreadable)?;
    Ok(Notification {
        read_at: row.try_get(0)?,
        ..kept
    })
}

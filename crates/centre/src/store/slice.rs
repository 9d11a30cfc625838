//! Rows of a user's list by what is asked of them, and how many there are.

use super::{
    notifications,
    words::{self, Shelf},
};
use dealbell_protocol::{Notification, UserId, rest::SliceQuery};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

/// A query of a user, put into SQL.
pub(crate) struct Asked<'q> {
    user: UserId,
    shelf: Shelf,
    query: &'q SliceQuery,
    wanted: Option<String>,
}

impl<'q> Asked<'q> {
    /// `query` as `user` asks it, whose words are on this shelf.
    pub(crate) fn new(user: UserId, shelf: Shelf, query: &'q SliceQuery) -> Self {
        let wanted = shelf.wanted(&query.search);
        Self {
            user,
            shelf,
            query,
            wanted,
        }
    }

    /// `limit` rows from `offset` on, newest first, and how many there are of them all. Indexes
    /// alone skip to a far offset where nothing but words and marks is asked for.
    pub(crate) async fn slice(
        &self,
        db: &mut SqliteConnection,
        offset: u32,
        limit: u32,
    ) -> Result<(Vec<Notification>, u32), sqlx::Error> {
        let mut sql = QueryBuilder::new("");
        self.push_page(&mut sql, offset, limit);
        let rows = sql.build().fetch_all(&mut *db).await?;
        let items: Vec<Notification> = rows
            .iter()
            .map(notifications::from_row)
            .collect::<Result<_, _>>()?;
        let total = self.total(db, offset, limit, items.len()).await?;
        Ok((items, total))
    }

    /// How many rows there are, where a page of `limit` rows at `offset` has so many. The last page
    /// says so itself.
    async fn total(
        &self,
        db: &mut SqliteConnection,
        offset: u32,
        limit: u32,
        on_page: usize,
    ) -> Result<u32, sqlx::Error> {
        let on_page = u32::try_from(on_page).unwrap_or(u32::MAX);
        if on_page < limit && (on_page > 0 || offset == 0) {
            return Ok(offset.saturating_add(on_page));
        }
        let mut sql = QueryBuilder::new("SELECT COUNT(*)");
        self.push_rows(&mut sql);
        let total: i64 = sql.build().fetch_one(db).await?.try_get(0)?;
        Ok(u32::try_from(total).unwrap_or(u32::MAX))
    }

    fn push_page(&self, sql: &mut QueryBuilder<Sqlite>, offset: u32, limit: u32) {
        sql.push("SELECT n.* FROM (SELECT ");
        let seq = match self.wanted {
            Some(_) => "w.rowid",
            None => "n.created_seq",
        };
        sql.push(seq).push(" AS place");
        self.push_rows(sql);
        sql.push(format!(" ORDER BY {seq} DESC LIMIT "))
            .push_bind(limit);
        sql.push(" OFFSET ").push_bind(offset);
        sql.push(") p CROSS JOIN notifications n ON n.created_seq = p.place & ");
        sql.push_bind(words::mask())
            .push(" AND n.user = ")
            .push_bind(self.user.to_string());
        sql.push(" ORDER BY p.place DESC");
    }

    /// `FROM … WHERE …`. Words lead where there are any, and the rest is looked up.
    fn push_rows(&self, sql: &mut QueryBuilder<Sqlite>) {
        let SliceQuery {
            unread,
            provider,
            link,
            search: _,
            offset: _,
            limit: _,
        } = self.query;
        let plain = !unread && provider.is_none() && link.is_none();
        let user = self.user.to_string();
        match &self.wanted {
            Some(wanted) => {
                let (first, last) = self.shelf.rows();
                sql.push(" FROM words w");
                if !plain {
                    sql.push(" CROSS JOIN notifications n ON n.created_seq = w.rowid & ");
                    sql.push_bind(words::mask())
                        .push(" AND n.user = ")
                        .push_bind(user);
                }
                sql.push(" WHERE words MATCH ").push_bind(wanted.clone());
                sql.push(" AND w.rowid BETWEEN ").push_bind(first);
                sql.push(" AND ").push_bind(last);
            }
            None => {
                sql.push(" FROM notifications n WHERE n.user = ")
                    .push_bind(user);
            }
        }
        if *unread {
            sql.push(" AND n.read_at IS NULL");
        }
        if let Some(provider) = provider {
            sql.push(" AND n.provider = ")
                .push_bind(provider.as_str().to_owned());
        }
        if let Some(link) = link {
            sql.push(" AND n.link = ").push_bind(link.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dealbell_protocol::ProviderId;
    use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};
    use std::path::Path;
    use ulid::Ulid;

    /// Whatever is asked, rows are found by the user, or by his words; none are sorted.
    #[tokio::test]
    async fn no_question_walks_through_the_rows_of_others() {
        let mut db = SqliteConnectOptions::new().connect().await.unwrap();
        crate::store::upgrade::migrate(&mut db, Path::new("memory"))
            .await
            .unwrap();
        for asked in 0..16 {
            let query = SliceQuery {
                unread: asked & 1 > 0,
                provider: (asked & 2 > 0).then(|| ProviderId::new("tasks")),
                link: (asked & 4 > 0).then(|| "https://a/0".to_owned()),
                search: if asked & 8 > 0 { "a b" } else { "" }.to_owned(),
                ..SliceQuery::default()
            };
            let asked = Asked::new(UserId(Ulid::from(1)), Shelf::new(1), &query);
            let mut count = QueryBuilder::new("EXPLAIN QUERY PLAN SELECT COUNT(*)");
            asked.push_rows(&mut count);
            let mut page = QueryBuilder::new("EXPLAIN QUERY PLAN ");
            asked.push_page(&mut page, 10, 20);
            for mut sql in [count, page] {
                let rows = sql.build().fetch_all(&mut db).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
                let plan = plan.join("\n");
                let own = plan.matches("(user=?").count() + plan.matches("SCAN w VIRTUAL").count();
                assert!(own > 0, "{query:?}: {plan}");
                for bad in ["SCAN n", "TEMP B-TREE"] {
                    assert!(!plan.contains(bad), "{query:?}: {plan}");
                }
                if !query.search.is_empty() {
                    assert!(plan.contains(":M") && plan.contains("><"), "{plan}");
                }
            }
        }
    }
}

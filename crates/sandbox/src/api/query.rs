//! Query strings in PHP's bracket notation: `filter[id][]=1&filter[updated_at][from]=2`.

use std::ops::RangeInclusive;

use axum::extract;
use axum::http::Uri;

use super::problem::Problem;

/// The parameters of a list request, each name split at its brackets.
#[derive(Debug)]
pub(crate) struct Query(Vec<(Vec<String>, String)>);

impl Query {
    /// Reads the query of `uri`.
    pub(crate) fn of(uri: &Uri) -> Result<Self, Problem> {
        let extract::Query(pairs) = extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Problem::bad_request("Query string is not readable"))?;
        Ok(Self(
            pairs
                .into_iter()
                .map(|(name, value)| (split_brackets(&name), value))
                .collect(),
        ))
    }

    /// Refuses a filter or order the list does not know, so that a misspelt one cannot pass as
    /// "everything".
    pub(crate) fn only(&self, filters: &[&str], orders: &[&str]) -> Result<(), Problem> {
        let unknown = self.0.iter().find(|(path, _)| match path.as_slice() {
            [kind, name, ..] if kind == "filter" => !filters.contains(&name.as_str()),
            [kind, name, ..] if kind == "order" => !orders.contains(&name.as_str()),
            [kind] => kind == "filter" || kind == "order",
            _ => false,
        });
        match unknown {
            Some((path, _)) => Err(Problem::bad_request(&format!("Unknown {}", path.join(".")))),
            None => Ok(()),
        }
    }

    /// The last value given under exactly this path.
    pub(crate) fn scalar(&self, path: &[&str]) -> Option<&str> {
        let mut found = self.0.iter().rev().filter(|(given, _)| given == path);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The values of a list (`[]`, `[0]`, …), or the one value given without brackets.
    pub(crate) fn list(&self, path: &[&str]) -> Vec<&str> {
        let items: Vec<&str> = self
            .0
            .iter()
            .filter(|(given, _)| match given.split_last() {
                Some((index, parent)) => {
                    parent == path && index.bytes().all(|byte| byte.is_ascii_digit())
                }
                None => false,
            })
            .map(|(_, value)| value.as_str())
            .collect();
        if items.is_empty() {
            self.scalar(path).into_iter().collect()
        } else {
            items
        }
    }

    /// The ids of a filter given as one or as a list; `None` where it is absent.
    pub(crate) fn ids(&self, path: &[&str]) -> Result<Option<Vec<u64>>, Problem> {
        let ids: Vec<u64> = self
            .list(path)
            .into_iter()
            .map(|value| number(value, path))
            .collect::<Result<_, _>>()?;
        Ok((!ids.is_empty()).then_some(ids))
    }

    /// A switch given as 1, 0, true or false.
    pub(crate) fn flag(&self, path: &[&str]) -> Result<Option<bool>, Problem> {
        match self.list(path).first() {
            None => Ok(None),
            Some(&("1" | "true")) => Ok(Some(true)),
            Some(&("0" | "false")) => Ok(Some(false)),
            Some(_) => Err(malformed(path)),
        }
    }

    /// Unix times from a single value ("since"), `a,b`, or `[from]` and `[to]`.
    pub(crate) fn span(&self, path: &[&str]) -> Result<RangeInclusive<i64>, Problem> {
        let bound = |name| {
            let path = [path, &[name]].concat();
            self.scalar(&path).map(|v| number(v, &path)).transpose()
        };
        let (from, to) = match self.scalar(path).map(|value| value.split_once(',')) {
            Some(Some((from, to))) => (Some(number(from, path)?), Some(number(to, path)?)),
            Some(None) => (
                self.scalar(path).map(|v| number(v, path)).transpose()?,
                None,
            ),
            None => (bound("from")?, bound("to")?),
        };
        Ok(from.unwrap_or(i64::MIN)..=to.unwrap_or(i64::MAX))
    }

    /// A parameter of comma-separated words, such as `with` or `filter[type]`.
    pub(crate) fn words(&self, path: &[&str]) -> Vec<&str> {
        self.list(path)
            .into_iter()
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .collect()
    }

    /// The first `order[field]=asc|desc`: the field, and whether it descends.
    pub(crate) fn order(&self) -> Result<Option<(&str, bool)>, Problem> {
        let order = self
            .0
            .iter()
            .find_map(|(path, value)| match path.as_slice() {
                [kind, field] if kind == "order" => Some((field.as_str(), value.as_str())),
                _ => None,
            });
        match order {
            None => Ok(None),
            Some((field, "asc")) => Ok(Some((field, false))),
            Some((field, "desc")) => Ok(Some((field, true))),
            Some((field, _)) => Err(malformed(&["order", field])),
        }
    }
}

fn number<N: std::str::FromStr>(value: &str, path: &[&str]) -> Result<N, Problem> {
    value.trim().parse().map_err(|_| malformed(path))
}

fn malformed(path: &[&str]) -> Problem {
    Problem::bad_request(&format!("Invalid value of {}", path.join(".")))
}

/// `filter[id][]` is `filter`, `id` and an empty last part.
fn split_brackets(name: &str) -> Vec<String> {
    let mut parts = name.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.trim_end_matches(']').to_owned());
    std::iter::once(first).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::of(&format!("/x?{text}").parse().unwrap()).unwrap()
    }

    #[test]
    fn lists_come_bare_bracketed_or_numbered() {
        let ids = |text| query(text).ids(&["filter", "id"]).unwrap();
        assert_eq!(ids("filter[id]=5"), Some(vec![5]));
        assert_eq!(
            ids("filter[id][]=1&filter%5Bid%5D%5B%5D=2"),
            Some(vec![1, 2])
        );
        assert_eq!(ids("filter[id][0]=1&filter[id][1]=2"), Some(vec![1, 2]));
        assert_eq!(ids("limit=5"), None);
        assert!(query("filter[id]=x").ids(&["filter", "id"]).is_err());
    }

    #[test]
    fn spans_come_single_paired_or_from_and_to() {
        let span = |text| query(text).span(&["filter", "at"]).unwrap();
        assert_eq!(span("filter[at]=5"), 5..=i64::MAX);
        assert_eq!(span("filter[at]=5,9"), 5..=9);
        assert_eq!(span("filter[at][from]=5&filter[at][to]=9"), 5..=9);
        assert_eq!(span("filter[at][to]=9"), i64::MIN..=9);
        assert_eq!(span(""), i64::MIN..=i64::MAX);
    }

    #[test]
    fn a_misspelt_filter_or_order_is_refused() {
        let only = |text| query(text).only(&["id"], &["id"]);
        assert!(only("filter[id][]=1&order[id]=asc&page=2").is_ok());
        assert!(only("filter[ids]=1").is_err());
        assert!(only("order[name]=asc").is_err());
        assert!(only("filter=1").is_err());
    }
}

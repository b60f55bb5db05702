//! Which objects exist in an account, by the names of its streams: also those that no state has, and those of which only a
//! part exists.
//!
//! The names come page by page, and only what they say of objects is kept: of 10,000 lattices that is less than a megabyte.

pub mod config;
pub mod list;
pub mod pattern;

use std::collections::BTreeMap;

use crate::catalogue::{Asset, AssetKind};
use crate::jetstream::{Client, Error, Scope};
use crate::resources::inventory::pattern::Pattern;
use crate::resources::object::member::fits_bucket_name;

/// The most buckets that are kept as possible ones of an object: a user who gets more than one chooses.
const MOST_CANDIDATES: usize = 10;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Filter {
    /// What stands in the names of assets for `{}`: the name of a lattice.
    pub name: Pattern,
    /// The names of buckets that users name, by the key of the asset; without one, the usual name.
    pub buckets: Vec<(&'static str, Pattern)>,
}

impl Default for Filter {
    /// Everything, with the usual names of buckets.
    fn default() -> Self {
        Self {
            name: Pattern::all(),
            buckets: Vec::new(),
        }
    }
}

impl Filter {
    /// The names of the bucket of a row.
    pub fn bucket(&self, row: &Asset) -> Pattern {
        let mut buckets = self.buckets.iter();
        let own = buckets.find(|(key, _)| *key == row.key);
        own.map_or_else(|| Pattern::new(row.name), |(_, pattern)| pattern.clone())
    }
}

/// The objects that exist at least in part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// By name, in order; the name of an object whose type has only one is empty.
    pub objects: BTreeMap<String, Present>,
    /// The names of buckets that users name, by the key of the asset. One is the bucket; of several, nobody knows which.
    pub buckets: BTreeMap<&'static str, Vec<String>>,
}

/// Which assets of an object exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Present(u32);

impl Present {
    /// Whether the asset in this place of the rows exists.
    pub fn has(self, place: usize) -> bool {
        self.0 & bit(place) != 0
    }

    /// The rows whose asset does not exist.
    pub fn missing<'r>(
        self,
        rows: &'r [&'static Asset],
    ) -> impl Iterator<Item = &'static Asset> + 'r {
        let rows = rows.iter().enumerate();
        rows.filter(move |(place, _)| !self.has(*place))
            .map(|(_, row)| *row)
    }

    fn with(self, place: usize) -> Self {
        Self(self.0 | bit(place))
    }
}

fn bit(place: usize) -> u32 {
    u32::try_from(place).map_or(0, |place| 1_u32.checked_shl(place).unwrap_or(0))
}

/// The objects with these assets.
///
/// # Errors
/// What kept the server from listing its streams.
pub async fn inventory(
    rows: &[&'static Asset],
    filter: &Filter,
    client: &Client,
    scope: &Scope,
) -> Result<Inventory, Error> {
    let patterns: Vec<_> = rows.iter().map(|row| filter.bucket(row)).collect();
    let mut inventory = Inventory::default();
    let each = |stream: &str| {
        let found = rows.iter().zip(&patterns).enumerate();
        found
            .map(|(place, (row, pattern))| {
                inventory.note(place, row, (&filter.name, pattern), stream)
            })
            .sum()
    };
    client.each_stream_name(None, scope, each).await?;
    Ok(inventory)
}

impl Inventory {
    /// Notes a stream if it is the asset of this row. Gives how many bytes are kept of its name.
    fn note(
        &mut self,
        place: usize,
        row: &'static Asset,
        (name, bucket): (&Pattern, &Pattern),
        stream: &str,
    ) -> usize {
        let Some(name) = self.named(row, (name, bucket), stream) else {
            return 0;
        };
        match self.objects.get_mut(name) {
            Some(present) => {
                *present = present.with(place);
                0
            }
            None => {
                let present = Present::default().with(place);
                self.objects.insert(name.to_owned(), present);
                name.len()
            }
        }
    }

    /// The name of the object that has this stream as the asset of this row.
    fn named<'s>(
        &mut self,
        row: &'static Asset,
        (name, bucket): (&Pattern, &Pattern),
        stream: &'s str,
    ) -> Option<&'s str> {
        let own = match row.kind {
            AssetKind::Bucket => stream.strip_prefix("KV_")?,
            AssetKind::Stream(_) => stream,
        };
        if let Some((before, after)) = row.name.split_once("{}") {
            let found = own.strip_prefix(before)?.strip_suffix(after)?;
            let is_name = !found.is_empty() && found.chars().all(fits_bucket_name);
            return (is_name && name.matches(found)).then_some(found);
        }
        if !row.is_named_by_user() {
            return (own == row.name).then_some("");
        }
        if !bucket.matches(own) {
            return None;
        }
        let candidates = self.buckets.entry(row.key).or_default();
        if candidates.len() < MOST_CANDIDATES && !candidates.iter().any(|one| one == own) {
            candidates.push(own.to_owned());
        }
        Some("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::object_type::ObjectType;
    use crate::resources::wadm::WadmJetStream;

    fn found(rows: &[&'static Asset], filter: &Filter, streams: &[&str]) -> Inventory {
        let mut inventory = Inventory::default();
        for stream in streams {
            for (place, row) in rows.iter().enumerate() {
                let pattern = filter.bucket(row);
                inventory.note(place, row, (&filter.name, &pattern), stream);
            }
        }
        inventory
    }

    fn missing(rows: &[&'static Asset], inventory: &Inventory) -> Vec<(String, Vec<&'static str>)> {
        let objects = inventory.objects.iter();
        let missing = objects.map(|(name, present)| {
            let missing = present.missing(rows).map(|row| row.key);
            (name.clone(), missing.collect())
        });
        missing.collect()
    }

    #[test]
    fn lattices_are_those_of_which_a_bucket_exists() {
        let rows = LatticeBuckets.rows();
        let streams = [
            "KV_CONFIGDATA_a",
            "KV_CONFIGDATA_b",
            "KV_LATTICEDATA_",
            "KV_LATTICEDATA_a",
            "KV_LATTICEDATA_a",
            "KV_LATTICEDATA_b c",
            "KV_LATTICEDATA_c",
            "LATTICEDATA_d",
            "OBJ_LATTICEDATA_e",
        ];

        let a = Filter {
            name: Pattern::new("a*"),
            ..Filter::default()
        };
        let all = found(&rows, &Filter::default(), &streams);
        let some = found(&rows, &a, &streams);

        assert_eq!(
            missing(&rows, &all),
            [
                ("a".to_owned(), vec![]),
                ("b".to_owned(), vec!["lattice_data"]),
                ("c".to_owned(), vec!["config_data"]),
            ]
        );
        assert_eq!(missing(&rows, &some), [("a".to_owned(), vec![])]);
    }

    #[test]
    fn an_installation_of_wadm_is_what_exists_of_its_streams_and_of_the_buckets_that_are_named() {
        let rows = WadmJetStream.rows();
        let streams = [
            "KV_blue",
            "KV_blue_manifests",
            "KV_wadm_state",
            "wadm_events",
        ];

        let usual = found(&rows, &Filter::default(), &streams);
        let filter = Filter {
            buckets: vec![
                ("state", Pattern::new("blue")),
                ("manifests", Pattern::new("*_manifests")),
            ],
            ..Filter::default()
        };
        let named = found(&rows, &filter, &streams);

        let usual = missing(&rows, &usual);
        assert_eq!(usual.len(), 1);
        assert!(usual[0].1.contains(&"manifests") && !usual[0].1.contains(&"state"));
        assert_eq!(named.buckets["state"], ["blue"]);
        assert_eq!(named.buckets["manifests"], ["blue_manifests"]);
        assert_eq!(missing(&rows, &named)[0].1.len(), rows.len() - 3);
        assert_eq!(found(&rows, &filter, &["other"]), Inventory::default());
    }
}

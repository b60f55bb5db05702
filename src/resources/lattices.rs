//! The lattices of an account, from the names of its streams.

use std::collections::BTreeMap;

use crate::catalogue::Asset;
use crate::resources::lattice_buckets::{LatticeBuckets, lattice_name};
use crate::resources::object_type::ObjectType;

/// The rows whose buckets a lattice has, in the order of the catalogue, by lattice.
pub type Lattices = BTreeMap<String, Vec<&'static Asset>>;

/// Every lattice of which at least one bucket is among these streams.
pub fn of_streams<S: AsRef<str>>(streams: impl IntoIterator<Item = S>) -> Lattices {
    let mut lattices = Lattices::new();
    for stream in streams {
        if let Some((lattice, row)) = of_stream(stream.as_ref()) {
            lattices.entry(lattice.to_owned()).or_default().push(row);
        }
    }
    for rows in lattices.values_mut() {
        rows.sort_by_key(|row| row.key != LatticeBuckets.rows()[0].key);
    }
    lattices
}

/// The lattice that a stream belongs to, and as what; `None` if it is of no lattice.
pub fn of_stream(stream: &str) -> Option<(&str, &'static Asset)> {
    let rows = LatticeBuckets.rows().into_iter();
    let mut found = rows.filter_map(|row| {
        let pattern = row.stream_name(row.name);
        let (before, after) = pattern.split_once("{}")?;
        let lattice = stream.strip_prefix(before)?.strip_suffix(after)?;
        lattice_name(&lattice.into()).ok().map(|()| (lattice, row))
    });
    found.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lattice_is_known_by_either_bucket_and_other_streams_are_of_none() {
        let found = of_streams([
            "KV_CONFIGDATA_a",
            "KV_LATTICEDATA_a",
            "KV_CONFIGDATA_b",
            "KV_LATTICEDATA_",
            "KV_wadm_state",
            "LATTICEDATA_c",
        ]);

        let keys = |lattice: &str| found[lattice].iter().map(|row| row.key).collect::<Vec<_>>();
        assert_eq!(found.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(keys("a"), ["lattice_data", "config_data"]);
        assert_eq!(keys("b"), ["config_data"]);
    }
}

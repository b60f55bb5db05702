//! The catalogue: every bucket and stream that wasmCloud hosts and wadm use, one row each.
//!
//! A row says what the asset's users rely on. What a user may choose (replicas, limits and the like) is not in it, and
//! what is in it is not for the user to choose: wadm deletes and re-creates a stream whose subjects differ from its own.

use serde_json::{Value, json};

use crate::jetstream::StreamConfig;

/// One bucket or stream.
#[derive(Debug)]
pub struct Asset {
    /// The attribute under which a resource shows it.
    pub key: &'static str,
    /// Bucket or stream.
    pub kind: Kind,
    /// The name of the bucket or stream; `{}` stands for the lattice.
    pub name: &'static str,
    /// What it holds, for the docs.
    pub holds: &'static str,
    /// What its creator writes as description when it makes it.
    pub description: Option<&'static str>,
    /// Whether its contents exist nowhere else, so that it is never deleted with contents unless forced.
    pub precious: bool,
    /// What its users do, or fail to do, when it was deleted and made again.
    pub when_recreated: &'static str,
}

/// What an asset is on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key/value bucket: the stream `KV_<bucket>` with the settings of NATS ADR-8.
    Bucket,
}

/// Every asset. Facts: the source of wasmCloud 1.0.0 to 1.9.2 (`crates/host/src/wasmbus`), and what its host 1.9.2 made.
pub const CATALOGUE: &[Asset] = &[
    Asset {
        key: "lattice_data",
        kind: Kind::Bucket,
        name: "LATTICEDATA_{}",
        holds: "component specifications with their links, and claims",
        description: None,
        precious: true,
        when_recreated: "Running hosts do not notice the new bucket and apply no link any more: restart them.",
    },
    Asset {
        key: "config_data",
        kind: Kind::Bucket,
        name: "CONFIGDATA_{}",
        holds: "named configurations and references to secrets",
        description: None,
        precious: true,
        when_recreated: "Running hosts do not notice the new bucket and see no configuration change any more: restart them.",
    },
];

/// The rows with these keys, in this order.
pub fn rows(keys: &[&str]) -> Vec<&'static Asset> {
    keys.iter()
        .filter_map(|key| CATALOGUE.iter().find(|asset| asset.key == *key))
        .collect()
}

impl Asset {
    /// The bucket's name, if it is a bucket, else the stream's.
    pub fn given_name(&self, lattice: &str) -> String {
        self.name.replace("{}", lattice)
    }

    /// The stream behind it.
    pub fn stream_name(&self, lattice: &str) -> String {
        match self.kind {
            Kind::Bucket => format!("KV_{}", self.given_name(lattice)),
        }
    }

    /// The configuration that its users need, with every setting the server has, at the server's default where the
    /// users do not care.
    pub fn config(&self, lattice: &str) -> StreamConfig {
        let mut config = StreamConfig::named(&self.stream_name(lattice)).normal();
        for (key, value) in self.needs(lattice) {
            config.set(key, value);
        }
        config
    }

    /// What its users need where it is not the server's default.
    fn needs(&self, lattice: &str) -> Vec<(&'static str, Value)> {
        match self.kind {
            // As every client makes a bucket (NATS ADR-8; nats.go and async-nats do the same).
            Kind::Bucket => vec![
                (
                    "subjects",
                    json!([format!("$KV.{}.>", self.given_name(lattice))]),
                ),
                ("max_msgs_per_subject", json!(1)),
                ("discard", json!("new")),
                ("allow_rollup_hdrs", json!(true)),
                ("deny_delete", json!(true)),
                ("allow_direct", json!(true)),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lattice_has_two_buckets_with_the_names_that_hosts_look_for() {
        let names: Vec<_> = rows(&["lattice_data", "config_data"])
            .iter()
            .map(|asset| asset.stream_name("prod"))
            .collect();

        assert_eq!(names, ["KV_LATTICEDATA_prod", "KV_CONFIGDATA_prod"]);
    }

    #[test]
    fn every_key_and_every_name_is_there_once() {
        let mut keys: Vec<_> = CATALOGUE
            .iter()
            .flat_map(|asset| [asset.key, asset.name])
            .collect();
        keys.sort_unstable();
        let before = keys.len();
        keys.dedup();

        assert_eq!(keys.len(), before);
    }
}

//! Imports point down only: DESIGN.md, section 2, holds the same table for readers.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer, and the layers it may name. A layer may always name itself.
const LAYERS: [(&str, &[&str]); 11] = [
    ("main", &["plugin", "provider"]),
    ("lib", &[]),
    (
        "provider",
        &[
            "resources",
            "data_sources",
            "framework",
            "terraform",
            "jetstream",
        ],
    ),
    (
        "resources",
        &["framework", "terraform", "catalogue", "jetstream"],
    ),
    (
        "data_sources",
        &["framework", "terraform", "catalogue", "jetstream"],
    ),
    ("catalogue", &["jetstream"]),
    ("framework", &["terraform", "proto"]),
    ("terraform", &["proto"]),
    ("plugin", &["proto"]),
    ("jetstream", &[]),
    ("proto", &[]),
];

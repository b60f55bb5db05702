//! Servers with the configuration that a page shows.

use std::fs;
use std::path::{Path, PathBuf};

use crate::guides::page::Block;
use crate::support::NatsServer;

/// What every variable of a configuration is, unless a test says otherwise.
pub const SECRET: &str = "secret";

/// Starts a server with a `conf` block, in which each first word is replaced by the second.
pub fn start(block: &Block, places: &[(&str, &str)]) -> NatsServer {
    assert_eq!(block.language, "conf", "{block:?}");
    let config = with_variables(&block.text, places);
    // Where a page leaves out JetStream's folder, it is not what the page is about.
    if block.text.contains("jetstream {") && block.text.contains("store_dir") {
        NatsServer::with_file(&config)
    } else {
        NatsServer::configured(&config)
    }
}

/// The configuration as the server can read it: with a value for each `$NAME`, which it would look for in its environment.
pub fn with_variables(text: &str, places: &[(&str, &str)]) -> String {
    let mut config = text.replace("/var/lib/nats", "jetstream");
    for (name, place) in places {
        config = config.replace(name, place);
    }
    let mut names: Vec<&str> = config.split(": $").skip(1).map(first_word).collect();
    names.sort_unstable();
    names.dedup();
    let values: String = names
        .iter()
        .map(|name| format!("{name}: {SECRET}\n"))
        .collect();
    values + &config
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_uppercase() || c == '_'));
    &text[..end.unwrap_or(text.len())]
}

/// Writes a file that only its owner may read, and the folders it needs. Gives its path.
pub fn private_file(folder: &Path, name: &str, content: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(&path, content).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    path
}

//! Settings with which wadm does not work: errors where it cannot, warnings where it may not.
//!
//! wadm hears of every host each 30 seconds and forgets what it has not heard of for 70 (wadm `DEFAULT_EXPIRY_TIME`).

use std::time::Duration;

use crate::catalogue::{Asset, Kind};
use crate::resources::shape::age;
use crate::terraform::{Diagnostic, Diagnostics, Path, Value};

/// The heartbeat of a host.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// What wadm gives its streams.
const EXPIRY: Duration = Duration::from_secs(70);
/// One state of a lattice does not fit into less.
const LEAST_BYTES: i64 = 64 * 1024;
/// The largest message that a NATS server takes unless told otherwise.
const SAFE_BYTES: i64 = 1024 * 1024;

/// Checks what the configuration sets; what is not known yet is not checked.
pub fn validate(config: &Value, rows: &[&'static Asset]) -> Diagnostics {
    let mut said = Diagnostics::new();
    said.extend(bytes(
        config.attribute("max_bytes"),
        Path::attribute("max_bytes"),
        "a bucket or stream",
    ));
    said.extend(one_name(config, rows));
    for row in rows {
        let (own, path) = (config.attribute(row.key), Path::attribute(row.key));
        said.extend(bytes(
            own.attribute("max_bytes"),
            path.then("max_bytes"),
            row.name,
        ));
        said.extend(value_size(
            own.attribute("max_value_size"),
            path.then("max_value_size"),
            row,
        ));
        if let (Some(age), Kind::Stream(stream)) =
            (own.attribute("max_age").as_str().and_then(age), row.kind)
        {
            said.extend(match stream.max_age {
                Duration::ZERO => status_age(age, path.then("max_age")),
                _ => event_age(age, path.then("max_age"), row),
            });
        }
    }
    said
}

/// Two buckets of one name are one bucket.
fn one_name(config: &Value, rows: &[&'static Asset]) -> Option<Diagnostic> {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for row in rows.iter().filter(|row| row.is_named_by_user()) {
        let name = match config.attribute(row.key).attribute("bucket") {
            Value::String(name) => name.as_str(),
            Value::Null if !config.attribute(row.key).is_unknown() => row.name,
            _ => continue,
        };
        if let Some((_, other)) = names.iter().find(|(taken, _)| *taken == name) {
            let detail = format!(
                "`{other}` and `{}` both have the bucket {name}, and wadm keeps different things in them. Give one of them another name.",
                row.key
            );
            let set = !config.attribute(row.key).attribute("bucket").is_null();
            let path = Path::attribute(if set { row.key } else { *other }).then("bucket");
            return Some(Diagnostic::error("Two buckets of wadm have one name", detail).at(path));
        }
        names.push((name, row.key));
    }
    None
}

fn bytes(max_bytes: &Value, path: Path, what: &str) -> Option<Diagnostic> {
    let limit = max_bytes.as_i64().filter(|limit| *limit > 0)?;
    let detail = |verb: &str| {
        format!(
            "{limit} bytes {verb} for {what}: a full bucket refuses wadm's writes (JetStream 10077), deletes included, and a full stream drops events and commands that nobody has handled. Give at least {SAFE_BYTES} bytes (1 MiB), better 100 MiB."
        )
    };
    match limit {
        ..LEAST_BYTES => Some(
            Diagnostic::error("max_bytes is too small for wadm", detail("are too few")).at(path),
        ),
        LEAST_BYTES..SAFE_BYTES => Some(
            Diagnostic::warning("max_bytes is small for wadm", detail("may be too few")).at(path),
        ),
        _ => None,
    }
}

fn value_size(max_value_size: &Value, path: Path, row: &Asset) -> Option<Diagnostic> {
    let limit = max_value_size.as_i64().filter(|limit| *limit > 0)?;
    let detail = |verb: &str| {
        format!(
            "Values in {} {verb} larger than {limit} bytes: the bucket refuses them (JetStream 10054), and wadm never knows what it could not write. Give at least {SAFE_BYTES} bytes (1 MiB), or -1.",
            row.name
        )
    };
    match limit {
        ..LEAST_BYTES => {
            Some(Diagnostic::error("max_value_size is too small for wadm", detail("are")).at(path))
        }
        LEAST_BYTES..SAFE_BYTES => {
            Some(Diagnostic::warning("max_value_size is small for wadm", detail("may be")).at(path))
        }
        _ => None,
    }
}

fn event_age(age: Duration, path: Path, row: &Asset) -> Option<Diagnostic> {
    let detail = |verb: &str| {
        format!(
            "What is older than {age:?} is deleted from {}, also if wadm has not handled it: hosts report each 30 seconds, and a wadm that restarts or is busy {verb} miss events and commands. Leave `max_age` out for wadm's own 70s.",
            row.name
        )
    };
    match age {
        Duration::ZERO => None,
        age if age < HEARTBEAT => Some(
            Diagnostic::error("max_age is shorter than a host's heartbeat", detail("will"))
                .at(path),
        ),
        age if age < EXPIRY => {
            Some(Diagnostic::warning("max_age is shorter than wadm's own", detail("may")).at(path))
        }
        _ => None,
    }
}

fn status_age(age: Duration, path: Path) -> Option<Diagnostic> {
    (!age.is_zero()).then(|| {
        let detail = format!("wadm writes a status only when it changes. After {age:?} without a change it is deleted, and wadm shows the application as undeployed although it runs. Leave `max_age` out to keep statuses.");
        Diagnostic::warning("Statuses of unchanged applications will vanish", detail).at(path)
    })
}

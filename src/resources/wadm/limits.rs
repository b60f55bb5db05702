//! Settings with which wadm does not work: errors where it cannot, warnings where it may not.
//!
//! The errors come with the validation, which Terraform asks for twice in each plan; the warnings with the plan that
//! sets such a value, once for all assets, and not again in every plan after it.
//!
//! wadm receives an event of every host each 30 seconds and forgets a host after 70 seconds without one (wadm
//! `DEFAULT_EXPIRY_TIME`).

use std::time::Duration;

use crate::catalogue::{Asset, AssetKind};
use crate::resources::object::argument::codec::age;
use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::differs;
use crate::resources::preflight::advice;
use crate::terraform::framework::Plan;
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};

/// The heartbeat of a host.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// What wadm gives its streams.
const EXPIRY: Duration = Duration::from_secs(70);
/// One state of a lattice does not fit into less.
const LEAST_BYTES: i64 = 64 * 1024;
/// The largest message that a NATS server accepts unless configured otherwise.
const SAFE_BYTES: i64 = 1024 * 1024;

/// Checks what the configuration sets; what is not known yet is not checked.
pub fn validate(config: &Value, rows: &[&'static Asset]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(too_few_bytes(
        config.attribute("max_bytes"),
        Path::attribute("max_bytes"),
        "a bucket or stream",
    ));
    diagnostics.extend(one_name(config, rows));
    for row in rows {
        let (own, path) = (config.attribute(row.key), Path::attribute(row.key));
        diagnostics.extend(too_few_bytes(
            own.attribute("max_bytes"),
            path.then("max_bytes"),
            row.name,
        ));
        diagnostics.extend(too_small_values(
            own.attribute("max_value_size"),
            path.then("max_value_size"),
            row,
        ));
        let age = own.attribute("max_age").as_str().and_then(age);
        if let Some(age) = age.filter(|_| keeps_events(row)) {
            diagnostics.extend(too_short(age, path.then("max_age"), row));
        }
    }
    diagnostics
}

/// What a plan sets that may be too little.
pub fn advised(members: &[Member], plan: &Plan) -> Diagnostics {
    let setting = |name: &'static str, is: &dyn Fn(&Member, &Value) -> bool| {
        let concerned = members.iter().filter(|member| {
            differs(member, plan, &[name])
                && is(
                    member,
                    plan.planned.attribute(member.row.key).attribute(name),
                )
        });
        advice::together(concerned, name, plan)
    };
    let small = |_: &Member, value: &Value| {
        value
            .as_i64()
            .is_some_and(|limit| (LEAST_BYTES..SAFE_BYTES).contains(&limit))
    };
    let aged = |value: &Value| value.as_str().and_then(age).unwrap_or_default();
    let short = |member: &Member, value: &Value| {
        keeps_events(member.row) && (HEARTBEAT..EXPIRY).contains(&aged(value))
    };
    let fading = |member: &Member, value: &Value| {
        matches!(member.row.kind, AssetKind::Stream(_))
            && !keeps_events(member.row)
            && !aged(value).is_zero()
    };
    let diagnostics = [
        setting("max_bytes", &small).map(|(titles, path)| {
            Diagnostic::warning("max_bytes is small for wadm", bytes("`max_bytes` may be too small", &titles)).at(path)
        }),
        setting("max_value_size", &small).map(|(titles, path)| {
            Diagnostic::warning("max_value_size is small for wadm", values("may be larger", &titles)).at(path)
        }),
        setting("max_age", &short).map(|(titles, path)| {
            Diagnostic::warning("max_age is shorter than wadm's own", events("may", &titles)).at(path)
        }),
        setting("max_age", &fading).map(|(titles, path)| {
            let detail = format!("wadm writes a status only when it changes. A status that is older than `max_age` of {titles} is deleted, and wadm then shows the application as undeployed although it runs. Remove `max_age` to keep statuses.");
            Diagnostic::warning("max_age deletes statuses of unchanged applications", detail).at(path)
        }),
    ];
    Diagnostics(diagnostics.into_iter().flatten().collect())
}

/// Whether its messages are of use for a while only.
fn keeps_events(row: &Asset) -> bool {
    matches!(row.kind, AssetKind::Stream(stream) if !stream.max_age.is_zero())
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
                "`{other}` and `{}` have the same bucket {name}, and wadm stores different contents in them. Give one of them another name.",
                row.key
            );
            let set = !config.attribute(row.key).attribute("bucket").is_null();
            let path = Path::attribute(if set { row.key } else { *other }).then("bucket");
            return Some(
                Diagnostic::error("Two buckets of wadm have the same name", detail).at(path),
            );
        }
        names.push((name, row.key));
    }
    None
}

fn too_few_bytes(max_bytes: &Value, path: Path, what: &str) -> Option<Diagnostic> {
    let limit = max_bytes.as_i64().filter(|limit| *limit > 0)?;
    (limit < LEAST_BYTES).then(|| {
        let detail = bytes(&format!("{limit} bytes are too small"), what);
        Diagnostic::error("max_bytes is too small for wadm", detail).at(path)
    })
}

fn too_small_values(max_value_size: &Value, path: Path, row: &Asset) -> Option<Diagnostic> {
    let limit = max_value_size.as_i64().filter(|limit| *limit > 0)?;
    (limit < LEAST_BYTES).then(|| {
        let detail = values("are larger", row.name);
        Diagnostic::error("max_value_size is too small for wadm", detail).at(path)
    })
}

fn too_short(age: Duration, path: Path, row: &Asset) -> Option<Diagnostic> {
    (!age.is_zero() && age < HEARTBEAT).then(|| {
        let detail = events("will", row.name);
        Diagnostic::error("max_age is shorter than a host's heartbeat", detail).at(path)
    })
}

fn bytes(limit: &str, what: &str) -> String {
    format!(
        "{limit} for {what}: a full bucket refuses wadm's writes and deletes (JetStream 10077), and a full stream deletes events and commands that wadm has not handled. Set at least {SAFE_BYTES} bytes (1 MiB), better 100 MiB."
    )
}

fn values(verb: &str, what: &str) -> String {
    format!(
        "Values in {what} {verb} than `max_value_size`: the bucket refuses them (JetStream 10054), and wadm loses what it could not write. Set at least {SAFE_BYTES} bytes (1 MiB), or -1."
    )
}

fn events(verb: &str, what: &str) -> String {
    format!(
        "Messages older than `max_age` are deleted from {what}, even if wadm has not handled them: hosts send a heartbeat every 30 seconds, and a wadm that restarts or is busy {verb} miss events and commands. Remove `max_age` to use wadm's own value, 70s."
    )
}

//! A failed operation on an asset: from what JetStream answered to the attribute to edit and what to do.

use crate::catalogue::AssetKind;
use crate::jetstream::{Error, NoServers, setting};
use crate::resources::messages::connection::{connection_failure, with_advice};
use crate::resources::object::argument_path;
use crate::resources::object::common::Crud;
use crate::resources::object::member::Member;
use crate::terraform::language::{Diagnostic, Path, Value};
use crate::text::{capitalised, count, shell_word};

/// The diagnostic of a failed operation. `config` shows at which level the user set an argument.
pub fn failure(member: &Member, operation: Crud, error: &Error, config: &Value) -> Diagnostic {
    if error.is_of_the_connection() {
        return connection_failure(error);
    }
    let summary = format!(
        "{} could not be {}",
        capitalised(&member.title()),
        operation.done()
    );
    let (path, advice) = remedy(member, operation, error, config);
    Diagnostic::error(summary, with_advice(error.to_string(), &advice)).at(path)
}

/// The diagnostic of streams that could not be listed.
pub fn listing_failure(error: &Error) -> Diagnostic {
    if error.is_of_the_connection() {
        return connection_failure(error);
    }
    let advice = match error.denied_subject() {
        Some(subject) => {
            format!("Grant the provider's user permission to publish to {subject}, then try again.")
        }
        None => String::new(),
    };
    let detail = with_advice(error.to_string(), &advice);
    Diagnostic::error("The streams could not be listed", detail)
}

/// The version since which every supported server knows a setting.
const KNOWN_TO_ALL: &str = "2.9";

/// Where to point, and what to do. Codes: nats-server `server/errors.json`.
fn remedy(member: &Member, operation: Crud, error: &Error, config: &Value) -> (Path, String) {
    let argument = |name: &str| argument_path(member, name, config);
    let (path, advice) = match error.code() {
        Some(10074) => (
            argument("replicas"),
            "This server is not part of a cluster: set `replicas = 1`, or connect to a cluster.",
        ),
        Some(10005 | 10023 | 10049) => return unplaced(member, error, config),
        Some(10047 | 10028 | 10002) if operation == Crud::Update => (
            argument("max_bytes"),
            "The account or the server would reserve more than its limit. Lower `max_bytes`. If more than the limit is already reserved, servers before 2.14 refuse every update, even one that lowers `max_bytes`: then raise the limit of the account, or `max_file_store` or `max_memory_store` of the server, or delete streams that are no longer needed.",
        ),
        Some(10047 | 10028 | 10002) if limit(member, config).is_some() => (
            argument("max_bytes"),
            "`max_bytes` reserves storage in the account and on the server: lower it, delete streams that are no longer needed, or raise the limits of the account or the server's `max_file_store` or `max_memory_store`.",
        ),
        Some(10047 | 10028 | 10002) => (
            Path::root(),
            "The account or the server has no storage left: delete streams that are no longer needed, or raise the limits of the account or the server's `max_file_store` or `max_memory_store`.",
        ),
        Some(10113) => (
            argument("max_bytes"),
            "This account requires a limit for every stream: set `max_bytes`.",
        ),
        Some(10122) => (
            argument("max_bytes"),
            "Lower `max_bytes` to what the account allows for one stream.",
        ),
        Some(10027) => (
            Path::root(),
            "The account has as many streams as it allows: delete streams that are no longer needed, or raise its `max_streams`.",
        ),
        Some(10065) => (
            Path::root(),
            "Another stream of the account has the same subjects: `nats stream find --subject` shows which. Delete it or change its subjects.",
        ),
        _ if error.is_timeout() || error.is_offline() => {
            return (Path::root(), away(member, operation));
        }
        _ if error.is_transient() => (
            Path::root(),
            "Plan again: the next refresh shows what exists.",
        ),
        _ => (Path::root(), ""),
    };
    if let Some((name, advice)) = newer(member, error) {
        return (name.map_or(Path::root(), argument), advice);
    }
    match error.denied_subject() {
        Some(subject) => (Path::root(), grant(subject)),
        None => (path, advice.to_owned()),
    }
}

/// What to do while nobody answers for an asset, and if nobody ever will again.
fn away(member: &Member, operation: Crud) -> String {
    let wait = "Plan again when the server answers: the next refresh shows what exists.";
    if operation == Crud::Create {
        return wait.to_owned();
    }
    let new_name = match member.row.kind {
        AssetKind::Bucket if member.row.is_named_by_user() => {
            format!("another `bucket` in `{}`", member.row.key)
        }
        AssetKind::Bucket => "another `lattice`".to_owned(),
        AssetKind::Stream(_) => String::new(),
    };
    let new_bucket = match new_name.as_str() {
        "" => String::new(),
        name => format!(
            "\n  - use a new bucket: run `terraform state rm <address>`, set {name}, then apply"
        ),
    };
    format!(
        "{wait} If the only server that stored it does not come back, its contents are lost. Then choose one:\n  - create it again, empty: run `nats stream rm {}`, which has an effect even if it times out, then apply\n  - remove it from the state: run `terraform state rm <address>`{new_bucket}",
        shell_word(&member.stream())
    )
}

/// Why the servers of a cluster do not take an asset, as far as it is known, and what to do.
fn unplaced(member: &Member, error: &Error, config: &Value) -> (Path, String) {
    let said = error.no_servers().into_iter();
    let mut reasons: Vec<_> = said
        .map(|reason| no_servers(reason, member, config))
        .collect();
    if reasons.is_empty() {
        reasons.push(unsaid(member, error, config));
    }
    let path = match reasons[0].0 {
        "" => Path::root(),
        "replicas" if replicas(member, config) == 1 => Path::root(),
        name => argument_path(member, name, config),
    };
    let advice: Vec<_> = reasons.into_iter().map(|(_, advice)| advice).collect();
    (path, advice.join(" "))
}

/// The argument that one reason is about, and what to do.
fn no_servers(reason: NoServers, member: &Member, config: &Value) -> (&'static str, String) {
    let (argument, advice) = match (reason, limit(member, config)) {
        (NoServers::Storage, Some(bytes)) => {
            let advice = format!(
                "Too few servers have storage for `max_bytes` = {bytes}: lower it, or raise `max_file_store` or `max_memory_store` of the servers."
            );
            return ("max_bytes", advice);
        }
        (NoServers::Storage, None) => (
            "storage",
            "Too few servers have storage left: delete streams that are no longer needed, or raise `max_file_store` or `max_memory_store` of the servers.",
        ),
        (NoServers::Tags, _) => (
            "placement",
            "Too few servers have the tags of `placement`: change it, or `server_tags` of the servers.",
        ),
        (NoServers::HaAssets, _) => (
            "replicas",
            "Too few servers can store another replicated stream: `max_ha_assets` (in `jetstream { limits }` of a server) limits the number of streams and consumers with replicas. Raise it, add servers, or delete replicated streams that are no longer needed.",
        ),
        (NoServers::Offline, _) => (
            "",
            "Servers that could store it are offline: start them, and apply again. A create or an update waits about 15 seconds for them.",
        ),
        (NoServers::UniqueTag, _) => (
            "replicas",
            "The replicas must be on servers that differ in a tag (`unique_tag` in `jetstream` of a server): lower `replicas`, or change `server_tags` of the servers.",
        ),
    };
    (argument, advice.to_owned())
}

/// The same where JetStream says no reason.
fn unsaid(member: &Member, error: &Error, config: &Value) -> (&'static str, String) {
    let has_placement = !set(member, "placement", config).is_null();
    match (error.code(), has_placement) {
        (Some(10005), true) => (
            "placement",
            "Too few servers match `placement`: change it, lower `replicas`, or add servers."
                .to_owned(),
        ),
        (Some(10005), false) => (
            "replicas",
            "The cluster has too few servers with JetStream: lower `replicas`, or add servers."
                .to_owned(),
        ),
        (Some(10023), _) => ("replicas", every_reason(member, config)),
        _ if error.has_no_folder() => (
            "",
            "The server could not create a folder for it, also when it was requested again: check the free space and the permissions of the server's `store_dir`. The log of the server states the reason.".to_owned(),
        ),
        _ => ("", String::new()),
    }
}

/// All that keeps servers from taking an asset.
fn every_reason(member: &Member, config: &Value) -> String {
    let mut needs = vec![
        "be online".to_owned(),
        "have fewer streams and consumers with replicas than its `max_ha_assets` (in `jetstream { limits }`)".to_owned(),
    ];
    if let Some(bytes) = limit(member, config) {
        needs.push(format!("have storage for `max_bytes` = {bytes}"));
    }
    if !set(member, "placement", config).is_null() {
        needs.push("match `placement`".to_owned());
    }
    format!(
        "JetStream does not report the reason. It needs {}. Each server must {}. `nats server report jetstream` shows the servers. Add servers, raise their limits, or lower `replicas`.",
        count(replicas(member, config), "server"),
        needs.join(", and ")
    )
}

fn replicas(member: &Member, config: &Value) -> u64 {
    let replicas = set(member, "replicas", config).as_i64();
    replicas
        .and_then(|count| count.try_into().ok())
        .unwrap_or(1)
}

/// The `max_bytes` of an asset, if it has one.
fn limit(member: &Member, config: &Value) -> Option<i64> {
    let bytes = set(member, "max_bytes", config).as_i64();
    bytes.filter(|bytes| *bytes > 0)
}

/// What an argument of an asset is set to: its own, or the common one.
fn set<'v>(member: &Member, name: &str, config: &'v Value) -> &'v Value {
    match config.attribute(member.row.key).attribute(name) {
        Value::Null => config.attribute(name),
        own => own,
    }
}

/// The server version that a setting needs which this server drops silently, and the argument that sets the first such
/// setting.
fn newer(member: &Member, error: &Error) -> Option<(Option<&'static str>, String)> {
    let dropped: Vec<_> = error
        .mismatches()
        .iter()
        .filter_map(|mismatch| Some((mismatch, setting(&mismatch.key)?.since_for(&mismatch.sent))))
        .filter(|(_, since)| *since != KNOWN_TO_ALL)
        .collect();
    let (first, _) = dropped.first()?;
    let needs: Vec<_> = dropped
        .iter()
        .map(|(mismatch, since)| format!("{} needs nats-server {since} or newer", mismatch.key))
        .collect();
    let argument = member.argument(&first.key).map(|argument| argument.name);
    let advice = format!(
        "A server ignores settings that it does not support, without an error: {}.",
        needs.join(", ")
    );
    Some((argument, advice))
}

fn grant(subject: &str) -> String {
    let all = match subject.rsplit_once('.') {
        Some((operation, _)) => format!(", or to {operation}.> for all streams"),
        None => String::new(),
    };
    format!("Grant the provider's user permission to publish to {subject}{all}, then apply again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;

    /// A bucket with these values.
    fn failed(operation: Crud, (code, words): (u64, &str), values: &[(&str, Value)]) -> Diagnostic {
        let member = Member::new(&CATALOGUE[0], Some("LATTICEDATA_default".to_owned()));
        let own = Value::object(values.iter().cloned());
        let planned = Value::object([(member.row.key, own)]);
        failure(
            &member,
            operation,
            &Error::of_jetstream(code, words),
            &planned,
        )
    }

    #[test]
    fn a_cluster_that_places_nothing_is_explained_by_what_the_server_says() {
        let max_bytes = ("max_bytes", Value::from(5000));
        let placement = ("placement", Value::object([("cluster", Value::from("C2"))]));
        let cases = [
            (", miscellaneous issue", None, "replicas", "`max_ha_assets`"),
            (
                ", insufficient storage",
                Some(&max_bytes),
                "max_bytes",
                "`max_bytes` = 5000",
            ),
            (
                ", insufficient storage",
                None,
                "storage",
                "have storage left",
            ),
            (
                ", tags not matched [\"a\"]",
                Some(&placement),
                "placement",
                "the tags of `placement`",
            ),
            (", server tag not unique", None, "replicas", "`unique_tag`"),
            ("", Some(&placement), "placement", "match `placement`"),
            ("", None, "replicas", "too few servers with JetStream"),
        ];
        for (reason, more, argument, text) in cases {
            let mut values = vec![
                ("replicas", Value::from(3)),
                ("storage", Value::from("file")),
            ];
            values.extend(more.cloned());
            let words = format!("no suitable peers for placement{reason}");

            let error = failed(Crud::Create, (10005, &words), &values);

            assert!(error.detail.contains(text), "{reason}: {}", error.detail);
            assert_eq!(
                error.path.to_string(),
                format!("lattice_data.{argument}"),
                "{reason}"
            );
            let names_it = error.detail.contains("max_bytes");
            assert_eq!(names_it, more == Some(&max_bytes), "{}", error.detail);
        }
        let offline = (10005, "no suitable peers for placement, peer offline");
        let error = failed(Crud::Create, offline, &[]);
        assert!(error.detail.contains("are offline"), "{}", error.detail);
    }

    #[test]
    fn insufficient_resources_name_max_bytes_only_where_it_is_set() {
        let words = (10023, "insufficient resources");
        let replicas = ("replicas", Value::from(3));

        let unlimited = failed(Crud::Update, words, std::slice::from_ref(&replicas));
        let limited = failed(
            Crud::Update,
            words,
            &[replicas, ("max_bytes", Value::from(9))],
        );

        assert!(
            unlimited.detail.contains("needs 3 servers"),
            "{}",
            unlimited.detail
        );
        assert!(
            unlimited.detail.contains("`max_ha_assets`"),
            "{}",
            unlimited.detail
        );
        assert!(
            !unlimited.detail.contains("max_bytes"),
            "{}",
            unlimited.detail
        );
        assert!(
            limited.detail.contains("`max_bytes` = 9"),
            "{}",
            limited.detail
        );
        let limit_of_assets = failed(Crud::Create, (10049, "system limit reached"), &[]);
        assert!(
            limit_of_assets.detail.contains("`max_ha_assets`"),
            "{}",
            limit_of_assets.detail
        );
        let other = failed(Crud::Create, (10049, "stream is corrupt"), &[]);
        assert!(!other.detail.contains("max_ha_assets"), "{}", other.detail);
    }

    #[test]
    fn a_full_account_advises_a_lower_max_bytes_only_where_it_may_help() {
        let words = (10047, "insufficient storage resources available");
        let advice = |operation, values: &[(&str, Value)]| failed(operation, words, values).detail;

        let max_bytes = [("max_bytes", Value::from(9))];
        assert!(advice(Crud::Create, &max_bytes).contains("lower it"));
        assert!(!advice(Crud::Create, &[]).contains("`max_bytes`"));
        assert!(advice(Crud::Update, &max_bytes).contains("even one that lowers `max_bytes`"));
    }
}

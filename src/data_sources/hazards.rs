//! What keeps the users of buckets and streams from working although everything exists.

use crate::data_sources::attributes::computed;
use crate::jetstream::{Client, Error, Scope, StreamInfo, diff};
use crate::resources::apply::asset::wait::inactive_sources;
use crate::resources::messages::drift::readers;
use crate::resources::messages::messages;
use crate::resources::object::member::Member;
use crate::resources::preflight::survey::HarmfulStream;
use crate::terraform::language::{Attribute, AttributeKind, Nesting, Type, Value};
use crate::text::printable;

/// The attribute with all of them.
pub fn attribute(description: &str) -> Attribute {
    let nested = vec![
        computed("stream", Type::String, "Name of the stream."),
        computed("detail", Type::String, "What is wrong with it."),
    ];
    let kind = AttributeKind::Nested(Nesting::List, nested);
    computed("hazards", kind, description)
}

/// One of them.
fn hazard(stream: &str, detail: String) -> Value {
    Value::object([("stream", stream.into()), ("detail", detail.into())])
}

/// What is wrong with one asset. `shown` is its attribute.
pub fn of_member(member: &Member, info: &StreamInfo, shown: &Value) -> Vec<Value> {
    let mut found = different(member, info, shown);
    if let Some(clause) = info.unsettled() {
        found.push(format!("Its replicas are not all current: {clause}."));
    }
    if !member.row.sources().is_empty() {
        let inactive = inactive_sources(info).into_iter();
        found.extend(inactive.map(|source| {
            let source = printable(source);
            format!("It has received nothing from {source} for more than 10 seconds.")
        }));
    }
    let stream = member.stream();
    let found = found.into_iter();
    found.map(|detail| hazard(&stream, detail)).collect()
}

/// The settings that are not for users to choose, and differ from what the catalogue says.
fn different(member: &Member, info: &StreamInfo, shown: &Value) -> Vec<String> {
    let live = info.config.normal();
    let drift = shown.attribute("drift");
    let is_drift = |key: &str| !drift.attribute(key).is_null();
    let changes = diff(member.needs(), &live).into_iter();
    let changes = changes.filter(|change| match member.argument(&change.key) {
        Some(argument) => argument.shape.is_shown_only(),
        None => is_drift(&change.key),
    });
    let words = changes.map(|change| {
        let effect = member.row.lasting_setting(&change.key);
        let effect = match effect.setting == change.key && effect.breaks {
            true => format!(" {}", effect.words.replace("{}", &readers(member))),
            false => String::new(),
        };
        format!(
            "{} is {}, and should be {}.{effect}",
            change.key,
            printable(&change.live.to_string()),
            printable(&change.desired.to_string())
        )
    });
    words.collect()
}

/// Streams that break the users of others by being there.
///
/// # Errors
/// When the names of the streams cannot be read.
pub async fn harmful(
    client: &Client,
    streams: &[HarmfulStream],
    scope: &Scope,
) -> Result<Vec<Value>, Error> {
    if streams.is_empty() {
        return Ok(Vec::new());
    }
    let mut present: Vec<&HarmfulStream> = Vec::new();
    let each = |name: &str| {
        let harmful = streams.iter().find(|stream| stream.name == name);
        present.extend(harmful.filter(|one| !present.contains(one)));
        0
    };
    client.each_stream_name(None, scope, each).await?;
    let mut found = Vec::new();
    for stream in present {
        // How much it contains is optional: the permission for it is.
        let info = client.stream(stream.name, scope).await.ok().flatten();
        let contains = info.map(|info| format!("It contains {}. ", messages(&info)));
        let effect = stream.effect.replace("{}", stream.name);
        found.push(hazard(stream.name, contains.unwrap_or_default() + &effect));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue;

    /// What is wrong with an asset whose stream is as the catalogue says, and has these members besides.
    fn found(key: &str, besides: serde_json::Value) -> Vec<String> {
        let row = catalogue::rows(&[key])[0];
        let member = Member::new(row, Some(row.name.replace("{}", "a")));
        let mut answer = json!({
            "config": serde_json::Value::Object(member.needs().wire()),
            "created": "2026-01-01T00:00:00Z",
            "ts": "2026-01-01T01:00:00Z",
        });
        for (key, value) in besides.as_object().unwrap() {
            answer[key] = value.clone();
        }
        let info = StreamInfo::read(&answer).unwrap();
        let shown = member.imported(&info);
        let hazards = of_member(&member, &info, &shown).into_iter();
        hazards
            .map(|hazard| hazard.attribute("detail").as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn what_is_as_it_should_be_is_no_hazard() {
        assert_eq!(found("lattice_data", json!({})), [""; 0]);
        let active =
            json!({ "sources": [{ "name": "wadm_events", "active": 1_000_000_000, "lag": 0 }] });
        assert_eq!(found("event_consumer", active), [""; 0]);
    }

    #[test]
    fn a_source_that_sends_nothing_and_a_replica_that_is_behind_are_hazards() {
        let stalled = json!({ "sources": [{ "name": "wadm_events", "active": 60_000_000_000_u64, "lag": 0 }] });
        let behind = json!({ "cluster": {
            "leader": "n1",
            "replicas": [{ "name": "n2", "current": false, "active": 1_000_000, "lag": 7 }],
        } });

        assert_eq!(
            found("event_consumer", stalled),
            ["It has received nothing from wadm_events for more than 10 seconds."]
        );
        assert_eq!(
            found("lattice_data", behind),
            ["Its replicas are not all current: the replica on n2 is behind."]
        );
    }

    #[test]
    fn a_setting_says_what_it_breaks_where_that_is_known() {
        let row = catalogue::rows(&["config_data"])[0];
        let member = Member::new(row, Some("CONFIGDATA_a".to_owned()));
        let mut config = member.needs().clone();
        config.set("sealed", json!(true));
        let config = serde_json::Value::Object(config.wire());

        let found = found("config_data", json!({ "config": config }));

        let sealed = found
            .iter()
            .find(|detail| detail.starts_with("sealed is true"));
        let sealed = sealed.unwrap();
        assert!(
            sealed.contains("and should be false. Nothing can be written to it any more. Hosts"),
            "{sealed}"
        );
    }
}

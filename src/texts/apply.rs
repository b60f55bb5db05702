//! Samples of what goes wrong in an apply or a refresh.

use serde_json::json;

use crate::catalogue::CATALOGUE;
use crate::jetstream::{Error, StreamState, texts};
use crate::resources::apply::asset::create::warn_if_resurrected;
use crate::resources::apply::asset::wait::stalled_warning;
use crate::resources::apply::create::stays;
use crate::resources::apply::outcome::Outcome;
use crate::resources::causes;
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::messages::destroy::{say_how_to_destroy, was_deleted};
use crate::resources::messages::failure::failure;
use crate::resources::messages::replicas as messages;
use crate::resources::object::common::Crud;
use crate::resources::object::member::Member;
use crate::resources::preflight::fixture::{Case, contents, info};
use crate::terraform::language::{Diagnostics, Value};
use crate::texts::sample::{Samples, Topic};

pub fn add(samples: &mut Samples) {
    answers(samples);
    offline(samples);
    requests(samples);
    outcomes(samples);
}

fn member(key: &str) -> Member {
    let row = CATALOGUE.iter().find(|row| row.key == key);
    let row = row.expect("a row of the catalogue");
    Member::new(row, Some(row.name.replace("{}", "default")))
}

/// What JetStream refuses, by code.
fn answers(samples: &mut Samples) {
    let bucket = member("lattice_data");
    let set = |values: &[(&str, Value)]| {
        let own = Value::object(values.iter().cloned());
        Value::object([(bucket.row.key, own)])
    };
    let three = || ("replicas", Value::from(3));
    let limit = || ("max_bytes", Value::from(5000));
    let placement = || ("placement", Value::object([("cluster", Value::from("C2"))]));
    let peers = |reason: &str| format!("no suitable peers for placement{reason}");
    let cases = [
        (
            10074,
            "replicas > 1 not supported in non-clustered mode".to_owned(),
            vec![three()],
        ),
        (
            10005,
            peers(", insufficient storage"),
            vec![three(), limit()],
        ),
        (10005, peers(", insufficient storage"), vec![three()]),
        (
            10005,
            peers(", tags not matched [\"ssd\"]"),
            vec![placement()],
        ),
        (10005, peers(", miscellaneous issue"), vec![three()]),
        (10005, peers(", peer offline"), vec![three()]),
        (10005, peers(", server tag not unique"), vec![three()]),
        (10005, peers(""), vec![three(), placement()]),
        (10005, peers(""), vec![three()]),
        (
            10023,
            "insufficient resources".to_owned(),
            vec![three(), limit(), placement()],
        ),
        (10023, "insufficient resources".to_owned(), vec![three()]),
        (10049, "system limit reached".to_owned(), vec![three()]),
        (
            10049,
            "error creating store for stream".to_owned(),
            Vec::new(),
        ),
        (
            10047,
            "insufficient storage resources available".to_owned(),
            vec![limit()],
        ),
        (
            10047,
            "insufficient storage resources available".to_owned(),
            Vec::new(),
        ),
        (
            10028,
            "insufficient memory resources available".to_owned(),
            vec![limit()],
        ),
        (
            10002,
            "resource limits exceeded for account".to_owned(),
            Vec::new(),
        ),
        (
            10113,
            "account requires a stream config to have max bytes set".to_owned(),
            Vec::new(),
        ),
        (
            10122,
            "stream max bytes exceeds account limit max stream bytes".to_owned(),
            vec![limit()],
        ),
        (
            10027,
            "maximum number of streams reached".to_owned(),
            Vec::new(),
        ),
        (
            10065,
            "subjects overlap with an existing stream".to_owned(),
            Vec::new(),
        ),
        (
            10052,
            "stream configuration for update can not change storage type".to_owned(),
            Vec::new(),
        ),
    ];
    for (code, words, values) in cases {
        let error = Error::of_jetstream(code, &words).asking(
            "create stream KV_LATTICEDATA_default",
            "",
            "",
        );
        samples.add(
            Topic::Apply,
            [failure(&bucket, Crud::Create, &error, &set(&values))],
        );
    }
    let full = Error::of_jetstream(10047, "insufficient storage resources available");
    let full = full.asking("update stream KV_LATTICEDATA_default", "", "");
    samples.add(
        Topic::Apply,
        [failure(&bucket, Crud::Update, &full, &Value::Null)],
    );
    let update = Error::denied("$JS.API.STREAM.UPDATE.KV_LATTICEDATA_default");
    let update = update.asking("update stream KV_LATTICEDATA_default", "", "");
    samples.add(
        Topic::Apply,
        [failure(&bucket, Crud::Update, &update, &Value::Null)],
    );
}

/// What nobody answers for.
fn offline(samples: &mut Samples) {
    let offline = || Error::of_jetstream(10118, "stream is offline");
    for key in ["lattice_data", "state", "commands"] {
        for operation in [Crud::Read, Crud::Delete] {
            let member = member(key);
            let verb = if operation == Crud::Read {
                "read"
            } else {
                "delete"
            };
            let asked = format!("{verb} stream {}", member.stream());
            let failed = failure(
                &member,
                operation,
                &offline().asking(&asked, "", ""),
                &Value::Null,
            );
            match (key, operation) {
                ("lattice_data", _) => samples.add(Topic::Apply, [failed]),
                _ => samples.more(Topic::Apply, [failed]),
            }
        }
    }
}

/// Requests that fail otherwise.
fn requests(samples: &mut Samples) {
    for error in texts::requests() {
        let failed = failure(&member("lattice_data"), Crud::Create, &error, &Value::Null);
        samples.more(Topic::Apply, [failed]);
    }
    let unanswered = texts::requests().into_iter().take(1);
    for error in unanswered {
        let failed = failure(&member("lattice_data"), Crud::Create, &error, &Value::Null);
        samples.add(Topic::Apply, [failed]);
    }
    let object = Case::create(LatticeBuckets, json!({}));
    let members = &object.plan().object.members;
    let failures = members.iter().map(|member| {
        let error = Error::of_jetstream(10028, "insufficient memory resources available");
        let error = error.asking(&format!("create stream {}", member.stream()), "", "");
        failure(member, Crud::Create, &error, &Value::Null)
    });
    let both = causes::merged(failures.collect(), members, members);
    samples.more(Topic::Apply, both);
}

fn outcomes(samples: &mut Samples) {
    let bucket = member("lattice_data");
    let late = Error::timed_out().asking(
        "wait for the replicas of stream KV_LATTICEDATA_default",
        "",
        "",
    );
    samples.add(Topic::Cluster, [messages::not_current(&bucket, 3, &late)]);
    samples.add(Topic::Cluster, [messages::leaderless(&bucket, 3, &late)]);
    let events = member("events");
    samples.add(Topic::Cluster, [messages::receives_nothing(&events, None)]);
    samples.add(
        Topic::Cluster,
        [messages::receives_nothing(&events, Some(&late))],
    );
    samples.add(
        Topic::Cluster,
        [messages::never_assigned(&bucket, 1, &Value::Null)],
    );
    samples.add(
        Topic::Cluster,
        [messages::not_reverted(&bucket, 1, &late, &Value::Null)],
    );
    let state = |keys: u64| -> StreamState { info(bucket.needs(), contents(keys)).state };
    samples.add(
        Topic::Cluster,
        [messages::lost(&bucket, &state(9), &state(4))],
    );
    let consumer = member("event_consumer");
    for what in [
        "The provider requested a new leader, and the stream still receives nothing.",
        "The provider requested a new leader, and the timeout ended before the stream received anything.",
        "It has received nothing from a source for more than 10 seconds.",
    ] {
        samples.add(Topic::Cluster, [stalled_warning(&consumer, what)]);
    }
    let failed = format!("A new leader would solve this, but the request for one failed. {late}");
    samples.more(Topic::Cluster, [stalled_warning(&consumer, &failed)]);

    samples.add(Topic::Apply, [stays(&bucket)]);
    let mut older = contents(3);
    older["first_ts"] = json!("2025-12-01T00:00:00Z");
    let resurrected = Outcome::stream(info(bucket.needs(), older));
    let resurrected = warn_if_resurrected(&bucket, resurrected);
    samples.add(Topic::Apply, resurrected.diagnostics);
    let deleted = was_deleted(&bucket, &info(bucket.needs(), contents(3)));
    samples.add(Topic::Destroy, deleted);
    let error = failure(&bucket, Crud::Read, &late, &Value::Null);
    let mut refused = Diagnostics::from(error);
    say_how_to_destroy(&mut refused);
    samples.more(Topic::Destroy, refused);
}

//! Samples of what the rules of the preflight find on the server.

use serde_json::{Value as Json, json};

use crate::jetstream::{Account, Error, Limits, OperationKind, ServerInfo, Usage, texts};
use crate::resources::causes;
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::messages::existing::has_another;
use crate::resources::object_type::ObjectType;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::fixture::{
    Case, account, cluster, contains, contents, exists, info, single_server, survey, unlimited,
};
use crate::resources::preflight::survey::{Answer, Conflict, Present, Survey};
use crate::resources::preflight::{
    account_limits, adoption, advice, cluster_size, data_loss, destroy, existing, harmful_streams,
    max_payload, object_conflicts, permissions, replicas, server_version, stored, subject_overlap,
    unchecked,
};
use crate::resources::session::cache::InState;
use crate::resources::wadm::WadmJetStream;
use crate::terraform::language::Diagnostics;
use crate::texts::sample::{Samples, Topic};

type Rule = fn(&Survey<'_>, &ObjectPlan<'_>) -> Diagnostics;

pub fn add(samples: &mut Samples) {
    permissions_and_answers(samples);
    limits(samples);
    clusters(samples);
    refused(samples);
    destroyed(samples);
    changed(samples);
}

/// What a rule reports of a plan on a server, as the user gets it.
fn found(
    case: &Case,
    rule: Rule,
    set: impl for<'p> FnOnce(&mut Survey<'p>, &'p ObjectPlan<'p>),
) -> Diagnostics {
    let plan = case.plan();
    let mut survey = survey(&plan);
    set(&mut survey, &plan);
    causes::merged(
        rule(&survey, &plan),
        &plan.object.members,
        plan.prior_members,
    )
}

fn buckets(config: Json) -> Case {
    Case::create(LatticeBuckets, config)
}

fn wadm(config: Json) -> Case {
    Case::create(WadmJetStream, config)
}

fn permissions_and_answers(samples: &mut Samples) {
    let denied = |case: &Case, subjects: &[&str]| {
        found(case, permissions::check, |survey, plan| {
            let errors = subjects.iter().map(|subject| Answer {
                member: plan.actions[0].member,
                kind: OperationKind::Create,
                result: Err(Error::denied(subject)),
            });
            survey.permissions = errors.collect();
        })
    };
    let create = "$JS.API.STREAM.CREATE.KV_LATTICEDATA_default";
    samples.add(Topic::Permissions, denied(&buckets(json!({})), &[create]));
    let several = [create, "$JS.API.INFO", "$JS.API.STREAM.NAMES"];
    samples.add(Topic::Permissions, denied(&buckets(json!({})), &several));

    samples.call(
        "that is how".to_owned(),
        "Connection refused (os error 111)",
    );
    let unread = |error: Error| {
        found(&buckets(json!({})), unchecked::check, |survey, _| {
            survey.assets[0].result = Err(error);
        })
    };
    samples.add(Topic::Connection, unread(Error::not_reachable()));
    let late = Error::timed_out().asking("read stream KV_LATTICEDATA_default", "", "");
    samples.add(Topic::Connection, unread(late));
    let refused = Error::of_jetstream(10025, "insufficient permissions");
    let refused = refused.asking("read stream KV_LATTICEDATA_default", "", "");
    samples.more(Topic::Connection, unread(refused));
}

/// What the limits of an account do to a plan.
fn limited(account: Account, case: &Case) -> Diagnostics {
    found(case, account_limits::check, |survey, plan| {
        survey.account = Some(Ok(account));
        let changes = account_limits::storage_changes(survey, plan);
        survey.storage = changes.into_iter().collect();
    })
}

fn limits(samples: &mut Samples) {
    let large = json!({ "max_bytes": 1_000_000 });
    let mut tiered = account(Limits::default());
    tiered.tiers = vec![("R1".to_owned(), Usage::default())];
    let three = buckets(json!({ "replicas": 3 }));
    samples.add(Topic::Limits, limited(tiered, &three));

    let required = Limits {
        max_bytes_required: true,
        ..unlimited()
    };
    let demanding = limited(account(required), &buckets(json!({})));
    samples.add(Topic::Limits, demanding);

    let one_stream = Limits {
        storage_max_stream_bytes: 500_000,
        ..unlimited()
    };
    let one_stream = limited(account(one_stream), &buckets(large.clone()));
    samples.add(Topic::Limits, one_stream);

    let mut full = account(Limits {
        max_streams: 4,
        ..unlimited()
    });
    full.whole.streams = 3;
    samples.add(Topic::Limits, limited(full, &buckets(json!({}))));

    let without_memory = Limits {
        max_memory: 0,
        ..unlimited()
    };
    let in_memory = buckets(json!({ "storage": "memory" }));
    let in_memory = limited(account(without_memory), &in_memory);
    samples.add(Topic::Limits, in_memory);

    let mut small = account(Limits {
        max_storage: 1_500_000,
        ..unlimited()
    });
    small.whole.reserved_storage = 500_000;
    let replicated = json!({ "max_bytes": 1_000_000, "replicas": 3 });
    for config in [large, replicated] {
        let too_much = limited(small.clone(), &buckets(config));
        samples.add(Topic::Limits, too_much);
    }
    small.whole.reserved_storage = 1_500_000;
    let nothing_left = limited(small, &buckets(json!({})));
    samples.add(Topic::Limits, nothing_left);

    for (api_level, replicas) in [(3, 1), (5, 1), (5, 3)] {
        let before = json!({ "max_bytes": 300, "replicas": replicas });
        let after = json!({ "max_bytes": 299, "replicas": replicas });
        let mut lowered = account(Limits {
            max_storage: 500 * replicas,
            ..unlimited()
        });
        lowered.api_level = api_level;
        lowered.whole.reserved_storage = 900;
        if replicas == 3 {
            let usage = Usage {
                reserved_storage: 900,
                limits: Limits {
                    max_storage: 800,
                    ..unlimited()
                },
                ..Usage::default()
            };
            lowered.tiers = vec![("R3".to_owned(), usage)];
        }
        let case = Case::update(LatticeBuckets, before, after);
        samples.add(Topic::Limits, limited(lowered, &case));
    }

    let metadata = json!({ "config_data": { "metadata": { "note": "x".repeat(2000) } } });
    let too_long = found(&buckets(metadata), max_payload::check, |survey, _| {
        survey.max_payload = Some(2048);
    });
    samples.add(Topic::Limits, too_long);

    let state = |keys: u64| contents(keys);
    let full = |before: Json, after: Json, keys: &[&str]| {
        let case = Case::update(LatticeBuckets, before, after);
        found(&case, stored::check, |survey, _| {
            for key in keys {
                contains(survey, key, state(10));
            }
        })
    };
    let both = ["lattice_data", "config_data"];
    let limit = json!({ "max_bytes": 500 });
    samples.add(Topic::Limits, full(json!({}), limit.clone(), &both[..1]));
    samples.more(Topic::Limits, full(json!({}), limit, &both));
    let values = json!({ "max_value_size": 10 });
    samples.add(Topic::Limits, full(json!({}), values.clone(), &both[..1]));
    samples.more(Topic::Limits, full(json!({}), values, &both));

    let wadm_limits = [
        json!({ "max_bytes": 100_000 }),
        json!({ "state": { "max_value_size": 100_000 } }),
        json!({ "commands": { "max_age": "40s" } }),
        json!({ "status": { "max_age": "1h" } }),
    ];
    for config in wadm_limits {
        let case = wadm(config);
        let plan = case.plan();
        let advice = WadmJetStream.advice(&plan.object.members, plan.plan);
        samples.add(Topic::Limits, advice);
    }
}

fn clusters(samples: &mut Samples) {
    let on = |server: ServerInfo, config: Json| {
        found(&buckets(config), cluster_size::check, |survey, _| {
            survey.server_info = Some(server);
        })
    };
    samples.add(
        Topic::Cluster,
        on(single_server(), json!({ "replicas": 3 })),
    );
    samples.add(Topic::Cluster, on(cluster(3), json!({ "replicas": 5 })));
    samples.add(Topic::Cluster, on(cluster(3), json!({})));
    samples.more(Topic::Cluster, on(cluster(1), json!({})));

    let advised = |config: Json| advice::check(&buckets(config).plan());
    samples.add(Topic::Cluster, advised(json!({ "replicas": 2 })));
    samples.add(Topic::Cluster, advised(json!({ "storage": "memory" })));

    let case = Case::update(LatticeBuckets, json!({}), json!({ "max_bytes": 5000 }));
    for missing in texts::replicas() {
        let behind = found(&case, replicas::check, |survey, plan| {
            survey.unsettled = vec![(plan.actions[0].member, missing)];
        });
        samples.more(Topic::Cluster, behind);
    }
    let behind = found(&case, replicas::check, |survey, plan| {
        let missing = "the replica on n2 is offline".to_owned();
        survey.unsettled = vec![(plan.actions[0].member, missing)];
    });
    samples.add(Topic::Cluster, behind);

    let old = |version: &str, case: &Case| {
        found(case, server_version::check, |survey, _| {
            let version = version.to_owned();
            survey.server_info = Some(ServerInfo {
                version,
                ..single_server()
            });
        })
    };
    let compressed = buckets(json!({ "compression": "s2" }));
    samples.add(Topic::Cluster, old("2.9.25", &compressed));
    samples.add(Topic::Cluster, old("2.9.25", &wadm(json!({}))));
}

fn refused(samples: &mut Samples) {
    let existing_of = |case: &Case, keys: &[&str]| {
        found(case, existing::check, |survey, _| {
            for key in keys {
                exists(survey, key, json!({}), contents(2));
            }
        })
    };
    let both = ["lattice_data", "config_data"];
    samples.add(Topic::Refused, existing_of(&buckets(json!({})), &both[..1]));
    samples.add(Topic::Refused, existing_of(&buckets(json!({})), &both));
    let streams = ["events", "commands", "status"];
    samples.add(Topic::Refused, existing_of(&wadm(json!({})), &streams));

    let case = buckets(json!({}));
    let plan = case.plan();
    let object = plan.object;
    let members: Vec<_> = object.members.iter().collect();
    samples.add(Topic::Refused, has_another(object, &members));

    let conflicting = |is_in_state: bool| {
        found(&case, object_conflicts::check, |survey, plan| {
            let members = plan.object.members.iter();
            let conflicts = members.map(|member| Conflict {
                stream: member.stream(),
                is_in_state,
            });
            survey.conflicts = conflicts.collect();
        })
    };
    samples.add(Topic::Refused, conflicting(false));
    samples.add(Topic::Refused, conflicting(true));

    let overlapping = found(&wadm(json!({})), subject_overlap::check, |survey, plan| {
        let owned = plan.actions[2..3].iter().map(|action| Answer {
            member: action.member,
            kind: OperationKind::Create,
            result: Ok(vec!["ALL_EVENTS".to_owned()]),
        });
        survey.subject_owners = owned.collect();
    });
    samples.add(Topic::Refused, overlapping);

    for with_contents in [true, false] {
        let harmful = WadmJetStream.harmful_streams()[0];
        let mut config = crate::catalogue::CATALOGUE[4].config("wadm_mirror", false);
        config.set("name", json!("wadm_mirror"));
        let of_old_wadm = Present {
            stream: harmful,
            info: with_contents.then(|| info(&config, contents(5))),
        };
        samples.add(Topic::Refused, harmful_streams::warnings(&[of_old_wadm]));
    }

    let adopt = |settings: Json, config: Json| {
        let case = buckets(config);
        found(&case, adoption::check, |survey, _| {
            exists(survey, "lattice_data", settings, contents(4));
        })
    };
    let adopts = json!({ "adopt_existing": true });
    samples.add(Topic::Refused, adopt(json!({}), adopts.clone()));
    let other = json!({ "description": "old", "max_bytes": 5000 });
    let changes = json!({ "adopt_existing": true, "max_bytes": 9000 });
    samples.add(Topic::Refused, adopt(other, changes));
    let in_memory = adopt(json!({ "storage": "memory" }), adopts);
    samples.add(Topic::Changes, in_memory);
}

fn destroyed(samples: &mut Samples) {
    let of_destroy = |config: Json, keys: &[&str]| {
        let case = Case::destroy(LatticeBuckets, config);
        found(&case, destroy::check, |survey, _| {
            for key in keys {
                contains(survey, key, contents(3));
            }
        })
    };
    let both = ["lattice_data", "config_data"];
    samples.add(Topic::Destroy, of_destroy(json!({}), &both[..1]));
    samples.more(Topic::Destroy, of_destroy(json!({}), &both));
    let forced = json!({ "force_destroy": true });
    samples.add(Topic::Destroy, of_destroy(forced.clone(), &both[..1]));
    samples.more(Topic::Destroy, of_destroy(forced, &both));
    let skipped = json!({ "skip_destroy": true });
    samples.add(Topic::Destroy, of_destroy(skipped, &both));

    let of_wadm = |keys: &[&str]| {
        let case = Case::destroy(WadmJetStream, json!({}));
        found(&case, destroy::check, |survey, _| {
            for key in keys {
                contains(survey, key, contents(3));
            }
        })
    };
    samples.add(Topic::Destroy, of_wadm(&["events"]));
    let transient = [
        "state",
        "events",
        "commands",
        "status",
        "notify",
        "wasmbus_events",
        "event_consumer",
    ];
    samples.add(Topic::Destroy, of_wadm(&transient));

    let case = buckets(json!({}));
    for keys in [&both[..1], &both[..]] {
        let tainted = found(&case, destroy::check_tainted, |survey, _| {
            for key in keys {
                exists(survey, key, json!({}), contents(3));
            }
            for answer in &survey.assets {
                let stream = answer.member.stream();
                let in_state = InState {
                    force_destroy: false,
                };
                survey.in_state.insert(stream, in_state);
            }
        });
        samples.add(Topic::Destroy, tainted);
    }
}

/// What the changes of a plan do: with the numbers of the server, and without a server.
fn changed(samples: &mut Samples) {
    let change = |before: Json, after: Json, keys: &[&str]| {
        let case = Case::update(LatticeBuckets, before, after);
        found(&case, data_loss::check, |survey, _| {
            for key in keys {
                let mut state = contents(10);
                state["num_subjects"] = json!(4);
                contains(survey, key, state);
            }
        })
    };
    let both = ["lattice_data", "config_data"];
    let in_memory = || json!({ "storage": "memory" });
    samples.add(Topic::Changes, change(json!({}), in_memory(), &both[..1]));
    samples.more(Topic::Changes, change(json!({}), in_memory(), &both));
    samples.add(Topic::Changes, change(json!({}), in_memory(), &[]));
    let forced = json!({ "force_destroy": true });
    let emptied = json!({ "force_destroy": true, "storage": "memory" });
    samples.add(
        Topic::Changes,
        change(forced.clone(), emptied.clone(), &both),
    );
    samples.more(Topic::Changes, change(forced.clone(), emptied.clone(), &[]));
    let long = json!({ "history": 9 });
    samples.add(Topic::Changes, change(long.clone(), json!({}), &both[..1]));
    samples.more(Topic::Changes, change(long, json!({}), &both));
    let compressed = json!({ "compression": "s2" });
    samples.add(Topic::Changes, change(json!({}), compressed, &both[..1]));

    for (before, after) in [
        (json!({}), in_memory()),
        (forced, emptied),
        (json!({ "history": 9 }), json!({})),
    ] {
        let case = Case::update(LatticeBuckets, before, after);
        let plan = case.plan();
        let unknown = data_loss::check_without_server(&plan);
        samples.more(
            Topic::Changes,
            causes::merged(unknown, &plan.object.members, plan.prior_members),
        );
    }
}

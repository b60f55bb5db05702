//! Reading, creating, updating and deleting streams.

use serde_json::json;
use terraform_provider_wasmcloud::testing::jetstream::{Created, diff};

use crate::jetstream::setup::{client, config, scope};
use crate::support::{Admin, NatsServer, nats_server_versions};

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_made_read_changed_and_deleted_on_every_version() {
    for version in nats_server_versions() {
        let server = NatsServer::start_with(version, "");
        let client = client(&server.url());
        let wanted = config(json!({ "name": "A", "subjects": ["a.>"], "max_bytes": 4096 }));

        let Created { info, ours, .. } = client.create(&wanted, &scope()).await.unwrap();
        let read = client.stream("A", &scope()).await.unwrap().unwrap();
        let changed = read.config.overlaid(&[("max_bytes", json!(8192))]);
        let updated = client.update(&changed, &scope()).await.unwrap();
        let settled = client.wait_current("A", 1, &scope()).await.unwrap();
        let deleted = [
            client.delete("A", &scope()).await.unwrap(),
            client.delete("A", &scope()).await.unwrap(),
        ];

        assert!(ours, "{version}");
        assert_eq!(settled.config, updated.config, "{version}");
        assert_eq!(
            (info.state.messages, &info.created),
            (0, &read.created),
            "{version}"
        );
        assert_eq!(
            updated.config.get("max_bytes"),
            Some(&json!(8192)),
            "{version}"
        );
        assert_eq!(
            updated.config.get("subjects"),
            Some(&json!(["a.>"])),
            "{version}"
        );
        assert_eq!(deleted, [true, false], "{version}");
        assert_eq!(
            client.stream("A", &scope()).await.unwrap(),
            None,
            "{version}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_stream_is_not_adopted_however_alike() {
    let server = NatsServer::start();
    let client = client(&server.url());
    let wanted = config(json!({ "name": "A", "subjects": ["a.>"] }));
    client.create(&wanted, &scope()).await.unwrap();
    let requests = server.api_requests();

    let error = client.create(&wanted, &scope()).await.unwrap_err();

    assert!(error.is_exists() && !error.is_unknown_outcome(), "{error}");
    assert_eq!(server.api_requests() - requests, 1, "only INFO was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_we_do_not_lay_over_survive_an_update() {
    let server = NatsServer::start();
    let client = client(&server.url());
    let admin = Admin::connect(&server.url());
    admin.create_stream(&json!({
        "name": "A", "subjects": ["a.>"], "max_msgs": 77, "max_age": 3_600_000_000_000_u64, "republish": {"src": "a.>", "dest": "r.>"},
        "metadata": {"owner": "somebody", "_nats.x": "y"}, "consumer_limits": {"max_ack_pending": 7}, "allow_atomic": true,
    }));
    let before = admin.config("A");

    let live = client.stream("A", &scope()).await.unwrap().unwrap().config;
    let changed = live.overlaid(&[
        ("description", json!("new")),
        ("metadata", json!({ "owner": "us" })),
    ]);
    client.update(&changed, &scope()).await.unwrap();

    let mut expected = before;
    expected["description"] = json!("new");
    expected["metadata"]["owner"] = json!("us");
    assert_eq!(admin.config("A"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_old_server_drops_is_named_and_the_stream_taken_back() {
    let server = NatsServer::start_with("2.10.26", "");
    let client = client(&server.url());

    let wanted = config(json!({ "name": "A", "allow_msg_ttl": true, "allow_atomic": false }));
    let error = client.create(&wanted, &scope()).await.unwrap_err();

    let keys: Vec<&str> = error
        .mismatches()
        .iter()
        .map(|mismatch| mismatch.key.as_str())
        .collect();
    assert_eq!(keys, ["allow_msg_ttl"]);
    assert!(
        error
            .to_string()
            .contains("has allow_msg_ttl = false where true was sent"),
        "{error}"
    );
    assert_eq!(client.stream("A", &scope()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_old_server_drops_in_an_update_is_named_and_the_stream_kept() {
    let server = NatsServer::start_with("2.10.26", "");
    let client = client(&server.url());
    let live = client
        .create(&config(json!({ "name": "A" })), &scope())
        .await
        .unwrap()
        .info
        .config;

    let error = client
        .update(&live.overlaid(&[("allow_msg_ttl", json!(true))]), &scope())
        .await
        .unwrap_err();

    assert_eq!(error.mismatches().len(), 1, "{error}");
    assert!(client.stream("A", &scope()).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_at_their_zero_value_are_not_sent_to_servers_that_do_not_know_them() {
    // 2.12 refuses keys it does not know, and allow_batched came with 2.14.
    let server = NatsServer::start_with("2.12.8", "");
    let client = client(&server.url());

    let made = client
        .create(
            &config(json!({ "name": "A", "allow_batched": false })),
            &scope(),
        )
        .await;

    assert!(made.is_ok(), "{made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_asked_not_to_change_anything_silently() {
    let server = NatsServer::start();
    let client = client(&server.url());

    let error = client
        .create(
            &config(json!({ "name": "A", "max_msgs": -5, "duplicate_window": 60_000_000_000_u64 })),
            &scope(),
        )
        .await
        .unwrap_err();

    assert_eq!(error.code(), Some(10157), "{error}");
    assert_eq!(client.stream("A", &scope()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_says_what_was_asked_and_what_the_server_said() {
    let server = NatsServer::start();
    let client = client(&server.url());
    client
        .create(
            &config(json!({ "name": "A", "subjects": ["a.>"] })),
            &scope(),
        )
        .await
        .unwrap();

    let error = client
        .create(
            &config(json!({ "name": "B", "subjects": ["a.b"] })),
            &scope(),
        )
        .await
        .unwrap_err();

    assert_eq!(
        (error.code(), error.stream(), error.subject()),
        (Some(10065), "B", "$JS.API.STREAM.CREATE.B")
    );
    let text = error.to_string();
    let expected = format!(
        "Could not create stream B: the NATS server at {} answered \"subjects overlap with an existing stream\" (JetStream 10065).",
        server.url()
    );
    assert_eq!(text, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_the_server_would_never_answer_for_is_refused_here() {
    let server = NatsServer::start();
    let client = client(&server.url());

    for name in ["", "a.b", "a b", "a*", "a>", "a/b"] {
        let error = client.stream(name, &scope()).await.unwrap_err();
        assert!(
            error.to_string().contains("is not a valid stream name"),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_listed_beyond_one_page_and_by_subject() {
    let server = NatsServer::start();
    let client = client(&server.url());
    let admin = Admin::connect(&server.url());
    for number in 0..1100 {
        admin.create_stream(&json!({ "name": format!("S{number}"), "storage": "memory" }));
    }

    let all = client.stream_names(None, &scope()).await.unwrap();
    let one = client.stream_names(Some("S7"), &scope()).await.unwrap();

    assert_eq!((all.len(), one), (1100, vec!["S7".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_tells_its_level_usage_and_limits() {
    for (version, level) in [
        ("2.15.1", 5),
        ("2.14.6", 4),
        ("2.12.8", 3),
        ("2.11.11", 1),
        ("2.10.26", 0),
    ] {
        let config = crate::support::system_account("max_file: 1GB, max_streams: 3");
        let server = NatsServer::start_with(version, &config);
        let client = crate::jetstream::setup::client_as(&server.url(), "admin", "secret");
        client
            .create(
                &crate::jetstream::setup::config(json!({ "name": "A", "max_bytes": 1000 })),
                &scope(),
            )
            .await
            .unwrap();

        let account = client.account(&scope()).await.unwrap();

        assert_eq!(
            (
                account.api_level,
                account.whole.streams,
                account.whole.reserved_storage
            ),
            (level, 1, 1000),
            "{version}"
        );
        assert_eq!(
            (
                account.whole.limits.max_storage,
                account.whole.limits.max_streams
            ),
            (1 << 30, 3),
            "{version}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_wadm_needs_is_made_and_changed_on_every_version_and_then_differs_in_nothing() {
    let age = 70_000_000_000_u64;
    let sourced = |name: &str, src: &str| {
        let transform = json!({ "src": src, "dest": "wadm_event_consumer.evt.{{wildcard(1)}}.>" });
        json!({ "name": name, "subject_transforms": [transform] })
    };
    let wanted = [
        json!({ "name": "wasmbus_events", "subjects": ["wasmbus.evt.*.>"], "max_age": age, "duplicate_window": age }),
        json!({ "name": "wadm_events", "subjects": ["wadm.evt.*.>"], "max_age": age, "duplicate_window": age }),
        json!({ "name": "wadm_commands", "subjects": ["wadm.cmd.*"], "retention": "workqueue", "max_age": age, "duplicate_window": age }),
        json!({ "name": "wadm_event_consumer", "retention": "workqueue", "max_age": age, "sources": [
            sourced("wasmbus_events", "wasmbus.evt.*.>"), sourced("wadm_events", "wadm.evt.*.>"),
        ] }),
        json!({
            "name": "KV_LATTICEDATA_default", "subjects": ["$KV.LATTICEDATA_default.>"], "max_msgs_per_subject": 1,
            "discard": "new", "allow_rollup_hdrs": true, "deny_delete": true, "allow_direct": true,
        }),
    ];
    for version in nats_server_versions() {
        let server = NatsServer::start_with(version, "");
        let client = client(&server.url());
        for wanted in wanted.clone() {
            let desired = config(wanted).normal();

            let made = client.create(&desired, &scope()).await.unwrap().info;
            let changed = made
                .config
                .overlaid(&[("max_bytes", json!(1 << 20)), ("num_replicas", json!(1))]);
            let updated = client.update(&changed, &scope()).await.unwrap();

            let keys: Vec<String> = diff(&desired, &updated.config)
                .into_iter()
                .map(|change| change.key)
                .collect();
            assert_eq!(diff(&desired, &made.config), [], "{version}");
            assert_eq!(keys, ["max_bytes"], "{version}");
        }
    }
}

//! Replicas of a real cluster of three.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use serde_json::json;
use terraform_provider_wasmcloud::testing::jetstream::{Client, Options};

use crate::jetstream::setup::{client, config, options, scope, within};
use crate::support::{Admin, Cluster, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn replicas_are_waited_for_up_and_down_and_a_leader_hands_over() {
    let cluster = Cluster::start(3);
    let client = client(&cluster.url());
    let created = client
        .create(&config(json!({ "name": "A", "num_replicas": 1 })), &scope())
        .await
        .unwrap();
    let live = created.info.config;

    let mut counted = Vec::new();
    for replicas in [3, 1] {
        client
            .update(
                &live.overlaid(&[("num_replicas", json!(replicas))]),
                &scope(),
            )
            .await
            .unwrap();
        let info = client.wait_current("A", replicas, &scope()).await.unwrap();
        counted.push(info.cluster.unwrap().replicas.len() + 1);
    }
    client
        .update(&live.overlaid(&[("num_replicas", json!(3))]), &scope())
        .await
        .unwrap();
    let before = leader(&client).await;
    let mut after = before.clone();
    let started = Instant::now();
    // The one that hands over may be elected again, or still be named by who is asked.
    while after == before && started.elapsed() < Duration::from_secs(60) {
        client.step_down("A", &scope()).await.unwrap();
        after = leader(&client).await;
    }

    assert!(created.ours);
    assert_eq!(counted, [3, 1]);
    assert_ne!(before, after);
}

/// Who leads stream A once its three replicas are current.
async fn leader(client: &Client) -> Option<String> {
    let info = client.wait_current("A", 3, &scope()).await.unwrap();
    info.cluster.unwrap().leader
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_a_replica_that_is_down_is_bounded_and_says_so() {
    let cluster = Cluster::start(3);
    let client = client(&cluster.url());
    client
        .create(&config(json!({ "name": "A", "num_replicas": 3 })), &scope())
        .await
        .unwrap();
    let info = client
        .wait_current("A", 3, &scope())
        .await
        .unwrap()
        .cluster
        .unwrap();
    let follower = &info.replicas[0].name;
    let server = cluster
        .servers()
        .iter()
        .find(|server| server.varz()["server_name"] == *follower.as_str())
        .unwrap();

    server.crash();
    let mut noticed = false;
    while !noticed {
        let info = client.stream("A", &scope()).await.unwrap().unwrap();
        noticed = info.cluster.is_some_and(|cluster| {
            cluster
                .replicas
                .iter()
                .any(|replica| replica.name == *follower && (!replica.current || replica.offline))
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let error = client
        .wait_current("A", 3, &within(Duration::from_secs(5)))
        .await
        .unwrap_err()
        .error;

    assert!(error.is_timeout(), "{error}");
    assert!(error.to_string().contains(follower.as_str()), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_create_the_same_at_once_one_is_told_that_it_did() {
    let cluster = Cluster::start(3);
    let clients: Vec<_> = cluster
        .servers()
        .iter()
        .map(|server| {
            // Whoever gets no answer in time takes the stream that it finds for its own.
            Client::new(Options {
                timeout: Duration::from_secs(20),
                ..options(&server.url())
            })
        })
        .collect();
    for client in &clients {
        client.stream("A", &scope()).await.unwrap();
    }

    let wanted = config(json!({ "name": "A", "subjects": ["a"] }));
    let both = futures::future::join_all(clients.iter().map(|client| {
        let wanted = wanted.clone();
        async move { client.create(&wanted, &scope()).await }
    }));
    let answers = both.await;

    let ours = answers
        .iter()
        .filter(|answer| answer.as_ref().is_ok_and(|created| created.ours))
        .count();
    assert_eq!(ours, 1, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_without_a_quorum_is_known_once_there_is_one() {
    let cluster = Cluster::start(3);
    let asked = &cluster.servers()[0];
    let client = client(&asked.url());
    client.stream("A", &scope()).await.unwrap();

    for server in &cluster.servers()[1..] {
        server.pause();
    }
    let creating = tokio::spawn(async move {
        client
            .create(&config(json!({ "name": "A", "num_replicas": 3 })), &scope())
            .await
    });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!creating.is_finished(), "nothing can be known yet");
    for server in &cluster.servers()[1..] {
        server.resume();
    }
    let created = creating.await.unwrap().unwrap();

    assert!(created.ours);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_waits_for_a_server_that_is_about_to_come_back() {
    let cluster = Cluster::start(3);
    let (away, url) = (&cluster.servers()[0], cluster.servers()[1].url());
    let (admin, client) = (Admin::connect(&url), client(&url));
    let on_it = |name: &str| json!({ "name": name, "num_replicas": 1, "placement": { "tags": ["node:1"] } });
    away.stop();
    let mut tried = 0;
    // A leader to whom its last words came late finds out by its silence.
    let limit = Duration::from_secs(180);
    wait_for("a leader that knows who is away", limit, || {
        tried += 1;
        let name = format!("BEFORE{tried}");
        let api = format!("STREAM.CREATE.{name}");
        let refused = admin.try_api(&api, &on_it(&name)).err()?;
        refused.to_string().contains("peer offline").then_some(())
    });

    let wanted = config(on_it("A"));
    let creating = tokio::spawn(async move { client.create(&wanted, &scope()).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!creating.is_finished(), "{:?}", creating.await);
    tokio::task::block_in_place(|| away.restart());

    assert!(creating.await.unwrap().unwrap().ours);
}

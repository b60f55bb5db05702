//! The tools of the scenario tests, tested themselves: every server version, a cluster, a leaf node, every Terraform.

use std::time::Duration;

use super::{Admin, Cluster, Leaf, NatsServer, Operator, Terraform};
use serde_json::json;

#[test]
fn every_pinned_server_starts_and_stores_a_stream() {
    for version in super::nats_server_versions() {
        let server = NatsServer::start_with(version, "");
        let admin = Admin::connect(&server.url());

        admin.create_stream(&json!({ "name": "probe", "subjects": ["probe.>"] }));
        admin.publish("probe.one", "hello");

        assert_eq!(server.varz()["version"], version);
        assert_eq!(admin.stream_names(), ["probe"]);
        assert_eq!(admin.messages("probe"), 1);
    }
}

#[test]
fn an_edit_behind_the_back_changes_one_setting_and_a_delete_removes_the_stream() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let name = admin.create_bucket("CONFIGDATA_default");
    admin.put("CONFIGDATA_default", "key", "value");
    let before = admin.config(&name);

    admin.edit_stream(&name, |config| config["max_msgs_per_subject"] = json!(7));

    let mut expected = before.clone();
    expected["max_msgs_per_subject"] = json!(7);
    assert_eq!(admin.config(&name), expected);
    assert_eq!(admin.messages(&name), 1);

    admin.delete_stream(&name);

    assert!(admin.stream(&name).is_none());
}

#[test]
fn what_was_stored_survives_a_stop_and_a_crash() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    admin.create_stream(&json!({ "name": "probe" }));

    server.restart();
    server.crash();
    server.restart();

    assert_eq!(Admin::connect(&server.url()).stream_names(), ["probe"]);
}

#[test]
fn a_paused_server_answers_only_after_it_is_resumed() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    server.pause();

    let (sender, answer) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(admin.stream_names()));

    assert!(answer.recv_timeout(Duration::from_millis(300)).is_err());
    server.resume();
    assert!(
        answer
            .recv_timeout(Duration::from_secs(60))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn connections_and_api_requests_are_counted_by_the_server() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let connections = server.varz()["total_connections"].as_u64().unwrap();
    let requests = server.api_requests();

    let _second = Admin::connect(&server.url());
    admin.stream_names();

    assert_eq!(server.varz()["total_connections"], connections + 1);
    assert_eq!(server.api_requests(), requests + 1);
}

#[test]
fn a_cluster_of_three_keeps_three_replicas() {
    let cluster = Cluster::start(3);
    let admin = Admin::connect(&cluster.url());

    admin.create_stream(&json!({ "name": "probe", "num_replicas": 3 }));

    let stream = admin.stream("probe").unwrap();
    assert_eq!(stream["cluster"]["replicas"].as_array().unwrap().len(), 2);
}

#[test]
fn a_leaf_node_is_reached_through_its_hub_by_domain() {
    let pair = Leaf::start();
    let admin = Admin::connect_as(&pair.hub.url(), "app", "secret");

    admin
        .in_domain("leaf")
        .create_stream(&json!({ "name": "on_the_leaf" }));

    assert_eq!(admin.in_domain("leaf").stream_names(), ["on_the_leaf"]);
    assert!(admin.stream_names().is_empty());
}

#[test]
fn logins_and_limits_of_the_prepared_configurations_hold() {
    let server = NatsServer::configured(&super::password("app", "secret"));
    Admin::connect_as(&server.url(), "app", "secret").stream_names();
    assert!(connection_is_refused(&server, "app", "wrong"));

    let server = NatsServer::configured(&super::account_without_jetstream());
    Admin::connect_as(&server.url(), "with", "secret").stream_names();
    let without = Admin::connect_as(&server.url(), "without", "secret");
    let refused = without.try_api("STREAM.NAMES", &json!({})).unwrap_err();
    assert_eq!(refused["err_code"], 10039);

    let server = NatsServer::configured(&super::system_account("max_streams: 1"));
    let admin = Admin::connect_as(&server.url(), "admin", "secret");
    admin.create_stream(&json!({ "name": "first" }));
    let refused = admin
        .try_api("STREAM.CREATE.second", &json!({ "name": "second" }))
        .unwrap_err();
    assert_eq!(refused["err_code"], 10027);
}

#[test]
fn an_operator_mode_server_lets_in_whom_its_account_signed() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());

    let admin = Admin::connect_with(&server.url(), operator.login());

    admin.create_stream(&json!({ "name": "probe" }));
    assert_eq!(admin.stream_names(), ["probe"]);
}

#[test]
fn every_terraform_runs_and_its_plans_can_be_asked() {
    for cli in super::terraform_versions() {
        let terraform = Terraform::bare(cli);
        let version = terraform.run(&["version"]).unwrap();
        assert!(
            version.contains(&format!("v{}", terraform.version())),
            "{version}"
        );

        let plan =
            terraform.step("resource \"terraform_data\" \"one\" {\n  input = \"hello\"\n}\n");
        assert_eq!(plan.actions("terraform_data.one"), ["create"]);
        assert_eq!(plan.change("terraform_data.one").after()["input"], "hello");
        assert_eq!(
            plan.change("terraform_data.one").after_unknown()["id"],
            true
        );
        assert!(plan.text().contains("1 to add"));
        assert_eq!(
            terraform.state().values("terraform_data.one")["output"]["value"],
            "hello"
        );

        terraform.write("resource \"terraform_data\" \"one\" {\n  input = \"goodbye\"\n}\n");
        let plan = terraform.plan();
        assert_eq!(plan.actions("terraform_data.one"), ["update"]);
        assert_eq!(
            plan.change("terraform_data.one").changed(),
            ["input", "output"]
        );

        terraform.destroy();
        assert!(terraform.state().addresses().is_empty());
    }
}

#[test]
fn an_error_of_every_terraform_is_a_diagnostic_with_its_place() {
    for cli in super::terraform_versions() {
        let terraform = Terraform::bare(cli);
        terraform.write("resource \"terraform_data\" \"one\" {\n  surplus = 1\n}\n");

        let failure = terraform.plan_error();

        assert_eq!(failure.code, Some(1));
        assert_eq!(failure.error().summary, "Unsupported argument");
        assert_eq!(failure.error().code, "surplus = 1");
        assert_eq!(failure.error().line, 2);
    }
}

#[test]
fn every_terraform_stops_on_an_interrupt_and_reports_it() {
    for cli in super::terraform_versions() {
        let terraform = Terraform::bare(cli);
        terraform.write(
            "resource \"terraform_data\" \"one\" {\n  provisioner \"local-exec\" {\n    command = \"touch up; sleep 30\"\n  }\n}\n",
        );
        let running = terraform.start(&["apply", "-auto-approve", "-no-color", "-input=false"]);
        super::wait_for("the provisioner", Duration::from_secs(60), || {
            terraform.folder().join("up").exists().then_some(())
        });

        running.interrupt();
        let failure = running.wait().unwrap_err();

        assert_eq!(failure.code, Some(1), "{failure}");
        assert!(failure.says("Interrupt received"), "{failure}");
    }
}

/// Whether the server refuses a login for good. The client retries nothing at its first connection.
fn connection_is_refused(server: &NatsServer, user: &str, password: &str) -> bool {
    let options = async_nats::ConnectOptions::with_user_and_password(user.into(), password.into());
    let url = server.url();
    super::block_on(async move { options.connect(url).await }).is_err()
}

//! Three servers: replicas and placement, and the new leader that heals sourcing.
//!
//! The server stops sourcing only by chance. Here it is certain: a stream that is read is deleted before the apply learns
//! that the reading one has its replicas, so that no leader receives from it again.

use std::time::Duration;

use serde_json::json;

use crate::least_privilege::list::List;
use crate::least_privilege::setup::{Setup, noted, users_with, violations};
use crate::support::{Cluster, Diagnostic, Gate, Side, nats_server_versions, wait_for, warning};

/// What only its update carries: what it reads has been changed by then.
const UPDATES: &str = "\"name\":\"wadm_event_consumer\"";
const STEP_DOWN: &str = "$JS.API.STREAM.LEADER.STEPDOWN.wadm_event_consumer";

impl Setup<Cluster> {
    /// `lacking0` has what is required, and `whole` may ask for a new leader too.
    fn of_three() -> Self {
        let users = users_with(&List::whole().with(STEP_DOWN), &[STEP_DOWN.to_owned()]);
        let config = format!("authorization {{ timeout: 30, {users} }}");
        let cluster = Cluster::start_with(nats_server_versions()[0], 3, &config);
        let url = cluster.url();
        Self::of(cluster, url)
    }

    /// What any of the servers denied to a user, but for traced messages, which are optional.
    fn denied(&self, user: &str) -> Vec<String> {
        let servers = self.server.servers().iter();
        let all = servers.flat_map(|server| violations(server, user));
        all.filter(|line| !line.contains("Publish Violation - Subject \"_INBOX."))
            .collect()
    }

    /// Applies three replicas as a user, and takes a source away when `wadm_event_consumer` has them and the apply has
    /// not heard of it. Gives the warnings.
    fn moved_without_a_source(&mut self, user: &str) -> Vec<Diagnostic> {
        let gate = Gate::before(self.server.servers()[0].port(), Side::Answers, UPDATES);
        self.log_in_at(&gate.url(), user);
        self.write("", "replicas = 3");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // The apply may have to wait for its turn, and while a leader is elected nobody answers.
                wait_for("three replicas", Duration::from_secs(300), || {
                    let (limit, what) = (Duration::from_secs(2), "STREAM.INFO.wadm_event_consumer");
                    let info = self.admin.try_api_within(limit, what, &json!({})).ok()?;
                    (info["config"]["num_replicas"] == 3).then_some(())
                });
                self.admin.delete_stream("wasmbus_events");
                gate.open();
            });
            self.terraform.apply()
        })
    }
}

#[test]
fn replicas_placement_and_a_new_leader_need_nothing_that_is_not_in_the_list() {
    let mut setup = Setup::of_three();
    setup.log_in("lacking0");
    setup.converge("", "");

    setup.converge("replicas = 3", "placement = { tags = [\"all\"] }");
    // The server refuses to scale and to move at once, and the gate waits for the first update.
    setup.converge("replicas = 3", "");
    let said = setup.moved_without_a_source("whole");

    let stall = warning(
        &said,
        "The provider requested a new leader, and the stream still receives nothing",
    );
    assert!(
        stall.says("wadm_event_consumer receives nothing from its sources"),
        "{stall}"
    );
    for user in ["whole", "lacking0"] {
        assert_eq!(setup.denied(user), Vec::<String>::new());
    }
}

#[test]
fn without_asking_for_a_new_leader_the_warning_names_what_to_grant() {
    let mut setup = Setup::of_three();
    setup.log_in("lacking0");
    setup.converge("", "");

    let said = setup.moved_without_a_source("lacking0");

    let stall = warning(&said, "the request for one failed");
    assert!(stall.says("has no permission to publish to"), "{stall}");
    assert_eq!(
        List::whole().with(STEP_DOWN).named_in(&stall.detail),
        [STEP_DOWN],
        "{stall}"
    );
    let denied = noted(|| setup.denied("lacking0"));
    assert!(
        denied.iter().all(|line| line.contains(STEP_DOWN)),
        "{denied:?}"
    );
}

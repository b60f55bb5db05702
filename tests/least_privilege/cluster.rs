//! Three servers: replicas and placement, and the new leader that heals sourcing.
//!
//! The server stops sourcing only by chance. Here it is certain: a stream that is read goes away while the apply waits
//! for it, so that no leader hears from it again.

use std::time::Duration;

use crate::given::{Given, users, violations};
use crate::list::List;
use crate::support::{Cluster, Diagnostic, nats_server_versions, wait_for, warning};

const STEP_DOWN: &str = "$JS.API.STREAM.LEADER.STEPDOWN.wadm_event_consumer";

impl Given<Cluster> {
    fn of_three(lines: &[String]) -> Self {
        let config = format!("authorization {{ {} }}", users(lines));
        let cluster = Cluster::start_with(nats_server_versions()[0], 3, &config);
        let url = cluster.url();
        Self::of(cluster, url)
    }

    /// What any of the servers denied to a user.
    fn denied(&self, user: &str) -> Vec<String> {
        let servers = self.server.servers().iter();
        servers
            .flat_map(|server| violations(server, user))
            .collect()
    }

    /// Applies three replicas, and takes a source away when `wadm_event_consumer` has them. Gives the warnings.
    fn moved_without_a_source(&self) -> Vec<Diagnostic> {
        self.write("", "replicas = 3");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                wait_for("three replicas", Duration::from_secs(60), || {
                    let config = self.admin.config("wadm_event_consumer");
                    (config["num_replicas"] == 3).then_some(())
                });
                self.admin.delete_stream("wasmbus_events");
            });
            self.terraform.apply()
        })
    }
}

#[test]
fn replicas_placement_and_a_new_leader_need_nothing_that_is_not_in_the_list() {
    let given = Given::of_three(&[]);
    given.step("", "");

    given.step("replicas = 3", "placement = { tags = [\"all\"] }");
    let said = given.moved_without_a_source();

    let stall = warning(&said, "A new leader was asked for and did not heal it");
    assert!(
        stall.says("wadm_event_consumer receives nothing from its sources"),
        "{stall}"
    );
    assert_eq!(given.denied("whole"), Vec::<String>::new());
}

#[test]
fn without_asking_for_a_new_leader_the_warning_names_what_to_grant() {
    let mut given = Given::of_three(&[STEP_DOWN.to_owned()]);
    given.log_in("lacking0");
    given.step("", "");

    let said = given.moved_without_a_source();

    let stall = warning(&said, "asking for one failed");
    assert!(stall.says("denies this user to publish to"), "{stall}");
    assert_eq!(
        List::whole().named_in(&stall.detail),
        [STEP_DOWN],
        "{stall}"
    );
    let denied = given.denied("lacking0");
    assert!(
        !denied.is_empty() && denied.iter().all(|line| line.contains(STEP_DOWN)),
        "{denied:?}"
    );
}

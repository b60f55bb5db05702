//! JetStream behind a leaf node: the same list with the domain in it.

use crate::least_privilege::list::List;
use crate::least_privilege::setup::{Setup, names_exactly, users_with, violations};
use crate::support::{Admin, NatsServer, free_port, nats_server_versions, wait_for_domain};

const LACKING: &str = "$JS.hub.API.STREAM.CREATE.wadm_notify";

/// Two servers that share an account, each with a domain and JetStream of its own.
struct Linked {
    hub: NatsServer,
    leaf: NatsServer,
}

impl Linked {
    /// `at_hub` and `at_leaf` are what the users may do who log in there; `lacking0` lacks [`LACKING`].
    fn start(at_hub: &List, at_leaf: &List) -> Self {
        let version = nats_server_versions()[0];
        let accounts = |list: &List| {
            let lines = [LACKING.to_owned()];
            let lines = if list.publish.contains(&lines[0]) {
                &lines[..]
            } else {
                &[]
            };
            format!(
                "authorization {{ timeout: 30 }}
                accounts {{
                    SYS {{ users: [{{ user: sys, password: secret }}] }}
                    APP {{ jetstream: enabled, {} }}
                }}
                system_account: SYS",
                users_with(list, lines)
            )
        };
        let port = free_port();
        let hub = NatsServer::launch(
            version,
            "domain: hub",
            &format!(
                "leafnodes {{ listen: \"127.0.0.1:{port}\" }}\n{}",
                accounts(at_hub)
            ),
        );
        let leaf = NatsServer::launch(
            version,
            "domain: leaf",
            &format!(
                "leafnodes {{ remotes: [{{ url: \"nats://admin:secret@127.0.0.1:{port}\", account: APP }}] }}\n{}",
                accounts(at_leaf)
            ),
        );
        wait_for_domain(&Admin::connect_as(&hub.url(), "admin", "secret"), "leaf");
        wait_for_domain(&Admin::connect_as(&leaf.url(), "admin", "secret"), "hub");
        Self { hub, leaf }
    }
}

/// Makes, changes, repairs and destroys both resources in a domain.
fn live(setup: &Setup<Linked>, admin: &Admin, domain: &str) {
    let argument = format!("jetstream_domain = \"{domain}\"");
    setup.converge(&argument, &argument);
    let changed = format!("{argument}\nmax_bytes = 1000000");
    setup.converge(&changed, &changed);
    admin.delete_stream("wadm_status");
    setup.converge(&changed, &changed);
    setup.terraform.destroy();

    assert_eq!(admin.stream_names(), Vec::<String>::new());
}

#[test]
fn through_a_leaf_node_the_list_with_the_hubs_domain_is_enough() {
    let linked = Linked::start(&List::whole(), &List::whole().in_domain("hub"));
    let url = linked.leaf.url();
    let mut setup = Setup::of(linked, url);
    let hub = setup.admin.in_domain("hub");

    live(&setup, &hub, "hub");
    assert_eq!(
        violations(&setup.server.leaf, "whole"),
        Vec::<String>::new()
    );

    setup.log_in("lacking0");
    let failure = setup.terraform.plan_error();
    names_exactly(&List::whole().in_domain("hub"), &failure, LACKING);
    assert_eq!(hub.stream_names(), Vec::<String>::new());
}

#[test]
fn from_the_hub_the_list_with_the_leaf_nodes_domain_is_enough() {
    let linked = Linked::start(&List::whole().in_domain("leaf"), &List::whole());
    let url = linked.hub.url();
    let setup = Setup::of(linked, url);
    let leaf = setup.admin.in_domain("leaf");

    live(&setup, &leaf, "leaf");

    assert_eq!(violations(&setup.server.hub, "whole"), Vec::<String>::new());
}

/// The server takes its own domain out of a subject before it looks at permissions.
#[test]
fn with_the_servers_own_domain_the_list_is_enough_as_it_is() {
    let linked = Linked::start(&List::whole(), &List::whole());
    let url = linked.hub.url();
    let setup = Setup::of(linked, url);
    let hub = setup.admin.in_domain("hub");

    live(&setup, &hub, "hub");

    assert_eq!(violations(&setup.server.hub, "whole"), Vec::<String>::new());
}

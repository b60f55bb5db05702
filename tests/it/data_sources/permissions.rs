//! The permissions on the page of each data source are enough, and each required one is needed.

use terraform_provider_wasmcloud::testing::catalogue::CATALOGUE;
use terraform_provider_wasmcloud::testing::resources::{Need, PERMISSIONS, Right};

use super::HEADER;
use crate::support::{Admin, NatsServer, Workspace, login, terraform_default};

const TYPES: [&str; 4] = [
    "wasmcloud_lattice_buckets",
    "wadm_jetstream",
    "wasmcloud_lattices",
    "wasmcloud_jetstream_account",
];

/// The streams that a data source reads.
fn streams(data_source: &str) -> Vec<String> {
    let is_of_a_lattice = data_source == "wasmcloud_lattice_buckets";
    let assets = CATALOGUE.iter();
    let assets = assets.filter(|asset| asset.name.contains("{}") == is_of_a_lattice);
    assets
        .map(|asset| asset.stream_name(&asset.name.replace("{}", "default")))
        .collect()
}

/// What a data source must be allowed to publish and to subscribe, and what else it may be allowed.
fn allowed(data_source: &str, needs: &[Need]) -> [Vec<String>; 2] {
    [Right::Publish, Right::Subscribe].map(|right| {
        let rows = PERMISSIONS.iter().filter(|row| row.right == right);
        let rows = rows.filter(|row| {
            row.reading(data_source)
                .is_some_and(|reading| needs.contains(&reading.need))
        });
        rows.flat_map(|row| row.lines(&streams(data_source)))
            .collect()
    })
}

fn user(name: &str, [publish, subscribe]: &[Vec<String>; 2]) -> String {
    format!(
        "{{ user: {name}, password: secret, permissions: {{ publish: {{ allow: [\n\"{}\"\n] }}, subscribe: {{ allow: [\n\"{}\"\n] }} }} }}",
        publish.join("\"\n\""),
        subscribe.join("\"\n\"")
    )
}

/// A server with all buckets and streams, whose users are `whole`, `least` with what is required, and one for each
/// permission that this one may lack.
fn workspace(data_source: &str) -> (Workspace, Vec<String>) {
    let least = allowed(data_source, &[Need::Required]);
    let lines = least[0].clone();
    let mut users = vec![
        "{ user: admin, password: secret }".to_owned(),
        user(
            "whole",
            &allowed(data_source, &[Need::Required, Need::Optional]),
        ),
        user("least", &least),
    ];
    users.extend(lines.iter().enumerate().map(|(place, line)| {
        let mut publish = least[0].clone();
        publish.retain(|other| other != line);
        // An empty list would allow everything.
        publish.push("nothing".to_owned());
        user(&format!("lacking{place}"), &[publish, least[1].clone()])
    }));
    let server = NatsServer::configured(&format!(
        "authorization {{ timeout: 30, users: [\n{}\n] }}",
        users.join("\n")
    ));
    let url = server.url();
    let admin = Admin::connect_as(&url, "admin", "secret");
    let workspace = Workspace::of(server, admin, terraform_default(), &login(&url, "admin"));
    workspace.terraform.write(&format!(
        "{HEADER}resource \"wasmcloud_lattice_buckets\" \"main\" {{\n}}\nresource \"wadm_jetstream\" \"main\" {{\n  provider = wasmcloud\n}}\n"
    ));
    workspace.terraform.apply();
    (workspace, lines)
}

#[test]
fn each_data_source_reads_with_its_permissions_and_no_other() {
    for data_source in TYPES {
        let (mut workspace, lines) = workspace(data_source);
        assert!(!lines.is_empty());
        let config =
            format!("{HEADER}data \"{data_source}\" \"main\" {{\n  provider = wasmcloud\n}}\n");

        for user in ["whole", "least"] {
            workspace.log_in(user);
            let reader = workspace.another_terraform();
            reader.write(&config);
            reader.apply();
        }

        let log = workspace.server.log();
        let of_whole = log.lines().filter(|line| {
            line.contains("Violation")
                && (line.contains("user:whole\"") || line.contains("User \"whole\""))
        });
        let of_whole: Vec<_> = of_whole.collect();
        assert!(of_whole.is_empty(), "{data_source}: {of_whole:?}");

        for (place, line) in lines.iter().enumerate() {
            workspace.log_in(&format!("lacking{place}"));
            let reader = workspace.another_terraform();
            reader.write(&config);

            let failure = reader.plan_error();

            assert!(
                failure.says(line),
                "{data_source} without {line}: {failure}"
            );
        }
    }
}

//! All kinds at once, in one configuration with a provider block for each: planned, applied and destroyed.

use crate::secrets::run::{Log, Run, Way};
use crate::secrets::search::count;
use crate::secrets::servers::{Kind, Servers};

/// Plans into a file, shows it, applies it, and destroys, with the log in every form.
fn lived(servers: &Servers, way: Way) -> Run {
    let kinds: Vec<&Kind> = servers.kinds.iter().collect();
    let mut run = Run::of(servers, &kinds, way);
    run.succeeds(
        Log::File,
        &["plan", "-input=false", "-no-color", "-out=saved"],
    );
    run.succeeds(Log::Stderr, &["show", "-json", "saved"]);
    run.succeeds(
        Log::Stderr,
        &["apply", "-input=false", "-no-color", "saved"],
    );
    run.succeeds(Log::Stderr, &["show", "-json"]);
    run.keep_files("after the apply");
    run.succeeds(
        Log::Json,
        &["destroy", "-input=false", "-json", "-auto-approve"],
    );
    run.keep_files("after the destroy");
    everything_was_logged(&run, kinds.len());
    run
}

/// What was searched is worth it: the log has what the provider traces, and the state every object.
fn everything_was_logged(run: &Run, objects: usize) {
    for place in [
        "terraform.log after the apply",
        "stderr of apply",
        "stderr of destroy",
    ] {
        let log = run.text_of(place);
        for line in ["configured", "asked JetStream"] {
            assert!(log.matches(line).count() >= objects, "{line} in {place}");
        }
    }
    let state = run.text_of("terraform.tfstate after the apply");
    assert_eq!(
        state.matches("\"wasmcloud_lattice_buckets\"").count(),
        objects
    );
    assert!(!run.text_of("saved: tfplan after the apply").is_empty());
}

#[test]
fn by_ephemeral_variables_they_are_in_no_place_at_all() {
    let servers = Servers::start();

    let run = lived(&servers, Way::Ephemeral);

    run.leaks_nothing();
}

/// Terraform itself writes variables into a saved plan: each once, and the provider adds nothing.
#[test]
fn by_sensitive_variables_they_are_only_where_terraform_keeps_variables() {
    let servers = Servers::start();

    let run = lived(&servers, Way::Sensitive);

    run.leaks_nothing_but(|place| {
        place.starts_with("saved: tfplan") || place == "stdout of show -json saved"
    });
    let plans = run.places().iter();
    let plans: Vec<_> = plans
        .filter(|(place, _)| place.starts_with("saved: tfplan"))
        .collect();
    assert_eq!(plans.len(), 2);
    for (name, secret) in servers.kinds.iter().flat_map(|kind| &kind.secrets) {
        for (place, content) in &plans {
            assert_eq!(count(content, secret.as_bytes()), 1, "{name} in {place}");
        }
    }
    for (name, secret) in servers.kinds.iter().flat_map(|kind| &kind.hidden) {
        // A password is part of its address.
        let own = if name.contains("address") || name.contains("proxy") {
            1
        } else {
            0
        };
        for (place, content) in &plans {
            assert!(
                count(content, secret.as_bytes()) <= own,
                "{name} in {place}"
            );
        }
    }
}

/// A saved plan has the configuration in it, word by word.
#[test]
fn written_into_the_configuration_they_are_only_there() {
    let servers = Servers::start();

    let run = lived(&servers, Way::Literal);

    let configuration = |place: &str| {
        place.starts_with("main.tf ")
            || place.starts_with("saved: tfconfig/")
            || place == "stdout of show -json saved"
    };
    run.leaks_nothing_but(configuration);
    for place in ["main.tf ", "saved: tfconfig/"] {
        assert!(run.text_of(place).contains("token = \"t0ken"), "{place}");
    }
}

//! By variables of the environment, as pipelines have them: Terraform itself never receives these.

use crate::secrets::run::{Log, Run};
use crate::secrets::servers::{Kind, Servers};

#[test]
fn by_the_environment_they_are_in_no_place_at_all() {
    let servers = Servers::start();
    let kinds = servers
        .kinds
        .iter()
        .filter(|kind| !kind.environment.is_empty());
    let kinds: Vec<&Kind> = kinds.collect();
    assert!(kinds.len() >= 8, "{}", kinds.len());

    for kind in kinds {
        let mut run = Run::in_environment(&servers, kind);
        run.succeeds(
            Log::File,
            &["plan", "-input=false", "-no-color", "-out=saved"],
        );
        run.succeeds(
            Log::Stderr,
            &["apply", "-input=false", "-no-color", "saved"],
        );
        run.keep_files("after the apply");
        run.succeeds(
            Log::Json,
            &["destroy", "-input=false", "-no-color", "-auto-approve"],
        );
        run.keep_files("after the destroy");

        assert!(
            run.text_of("stderr of apply").contains("asked JetStream"),
            "{}",
            kind.name
        );
        run.leaks_nothing();
    }
}

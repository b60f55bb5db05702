//! `policies.md`: the script of the page judges real plans.

use serde_json::json;

use crate::guides::page;
use crate::guides::page_run::OnServer;

const PAGE: &str = "policies";

/// A heading of the page whose plans the script judges.
struct Judged {
    on_server: OnServer,
}

impl Judged {
    /// With the first configuration applied.
    fn applied(heading: &str) -> Self {
        let mut on_server = OnServer::new(PAGE, heading);
        on_server.run.step();
        let script = &page::under(PAGE, "The script")[0];
        let name = "no_data_loss.py";
        assert!(script.text.starts_with(&format!("# {name}\n")));
        on_server.run.terraform.write_file(name, &script.text);
        Self { on_server }
    }

    /// Plans what is written, as the page's pipeline does, and gives what the script ends with and says.
    fn pipeline(&mut self) -> (i32, String) {
        let pipeline = page::under(PAGE, "In a pipeline")[0].text.clone();
        let printed = self.on_server.run.run_in_shell(&pipeline);
        assert!(!printed.contains("Traceback"), "{printed}");
        (self.on_server.run.code.expect("an exit code"), printed)
    }
}

#[test]
fn what_deletes_nothing_passes() {
    let mut judged = Judged::applied("A plan that passes");
    judged.on_server.run.write();

    let (code, _) = judged.pipeline();

    let printed = judged.on_server.run.shows();
    assert_eq!((printed.as_str(), code), ("", 0));
    judged.on_server.run.terraform.apply();
    assert_eq!(judged.pipeline().0, 0);
}

#[test]
fn less_history_is_refused_until_it_is_approved() {
    let mut judged = Judged::applied("A lower history");
    for value in ["first", "second", "third"] {
        judged
            .on_server
            .admin
            .put("LATTICEDATA_default", "key", value);
    }
    judged.on_server.run.write();

    assert_eq!(judged.pipeline().0, 1);

    judged.on_server.run.shows();
    assert_eq!(judged.on_server.run.code, Some(1));
    judged.on_server.run.shows();
    assert_eq!(judged.on_server.run.code, Some(0));
}

#[test]
fn a_stream_that_is_recreated_is_refused() {
    let mut judged = Judged::applied("One stream is recreated");
    judged.on_server.run.write();

    assert_eq!(judged.pipeline().0, 1);

    judged.on_server.run.shows();
}

#[test]
fn another_lattice_is_refused() {
    let mut judged = Judged::applied("Another lattice");
    judged.on_server.run.write();

    assert_eq!(judged.pipeline().0, 1);

    judged.on_server.run.shows();
}

#[test]
fn a_destroy_is_refused_unless_it_skips_the_server() {
    let mut judged = Judged::applied("A destroy");
    for value in ["first", "second", "third"] {
        judged
            .on_server
            .admin
            .put("LATTICEDATA_default", "key", value);
    }
    judged.on_server.run.terraform.write("");

    assert_eq!(judged.pipeline().0, 1);
    judged.on_server.run.shows();

    let skipped = "resource \"wasmcloud_lattice_buckets\" \"default\" {\nskip_destroy = true\n}";
    judged.on_server.run.terraform.step(skipped);
    judged.on_server.run.terraform.write("");
    assert_eq!(judged.pipeline().0, 0);
}

#[test]
fn a_bucket_that_somebody_deleted_is_created_without_an_approval() {
    let mut judged = Judged::applied("A destroy");
    judged.on_server.run.skip(&["text"]);
    judged
        .on_server
        .admin
        .delete_stream("KV_CONFIGDATA_default");

    assert_eq!(judged.pipeline().0, 0);
}

#[test]
fn a_retention_that_is_changed_back_is_refused() {
    let mut judged = Judged::applied("One stream is recreated");
    judged.on_server.run.skip(&["terraform", "text"]);
    judged.on_server.admin.edit_stream("wadm_notify", |config| {
        config["retention"] = json!("limits");
    });

    let (code, said) = judged.pipeline();

    let refused =
        "refused: wadm_jetstream.this retention of notify is changed from limits to interest";
    assert_eq!((code, said.contains(refused)), (1, true), "{said}");
}

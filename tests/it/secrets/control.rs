//! The control of all others: what Terraform itself tells is found in each of the places that they search.

use crate::secrets::run::{Log, Run};
use crate::secrets::servers::{Kind, Servers};
use crate::support::{Terraform, terraform_default};

const SECRET: &str = "hidden & <told> by Terraform itself";

#[test]
fn a_secret_that_terraform_itself_tells_is_found_in_every_place() {
    let files = tempfile::tempdir().unwrap();
    let kind = Kind {
        name: "control",
        arguments: String::new(),
        environment: Vec::new(),
        secrets: vec![("told", SECRET.to_owned())],
        hidden: Vec::new(),
    };
    let servers = Servers::without_servers(files);
    let mut run = Run::with(Terraform::bare(terraform_default()), &servers, &[&kind]);
    run.terraform.write(
        "variable \"told\" {}\n\
         resource \"terraform_data\" \"keeps\" { input = var.told }\n\
         output \"shown\" { value = base64encode(\"x${var.told}y\") }\n\
         output \"url\" { value = urlencode(var.told) }\n",
    );
    // Terraform logs the arguments that it is started with.
    let told = format!("-var=told={SECRET}");

    run.succeeds(Log::Stderr, &["init", "-input=false"]);
    run.succeeds(
        Log::File,
        &["plan", "-input=false", "-no-color", "-out=saved", &told],
    );
    run.succeeds(Log::Json, &["apply", "-input=false", "-json", "saved"]);
    run.keep_files("at the end");

    let leaks = run.leaks();
    for leak in [
        "told itself: in saved: tfplan at the end",
        "told itself: in terraform.log at the end",
        "told in JSON as Go writes it: in terraform.tfstate at the end",
        "told in base64 at 1: in terraform.tfstate at the end",
        "told in base64 at 1: in stdout of apply -input=false -json saved",
    ] {
        assert!(
            leaks.iter().any(|found| found == leak),
            "{leak} is not in {leaks:#?}"
        );
    }
}

//! A destroy while the plan of the configuration is refused: Terraform plans before it destroys.

use crate::scenarios::scenario::{CONFIG_DATA, MAIN, Scenario, buckets};

#[test]
fn a_destroy_that_a_refused_plan_stops_is_told_how_to_go_on() {
    let scenario = Scenario::start();
    scenario.converge("force_destroy = true");
    scenario.admin.put(CONFIG_DATA, "a", "1");
    // A single server has one replica, the stored key is larger than this limit, and a tainted object is not replaced
    // while it contains keys.
    let refused = [
        ("force_destroy = true\nreplicas = 3", "Replicas"),
        ("force_destroy = true\nmax_bytes = 5", "max_bytes"),
    ];
    for (arguments, about) in refused {
        scenario.write(arguments);

        let failure = scenario.terraform.destroy_error();

        let error = failure.error();
        assert!(
            error.summary.contains(about) && error.says("terraform destroy -refresh=false"),
            "{error}"
        );
        assert!(scenario.is_managed());
    }

    let destroyed = ["destroy", "-auto-approve", "-input=false", "-refresh=false"];
    scenario.terraform.run(&destroyed).unwrap();
    assert_eq!(scenario.admin.stream_names(), [""; 0]);
}

#[test]
fn a_tainted_object_whose_replacement_is_refused_is_told_too() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(CONFIG_DATA, "a", "1");
    scenario.terraform.run(&["taint", MAIN]).unwrap();

    let failure = scenario.terraform.destroy_error();

    assert!(
        failure.says("terraform destroy -refresh=false"),
        "{failure}"
    );
}

#[test]
fn a_renamed_object_is_told_of_moved_before_force_destroy() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(CONFIG_DATA, "a", "1");
    let renamed = buckets("").replace("\"main\"", "\"renamed\"");
    scenario.terraform.write(&renamed);

    let failure = scenario.terraform.plan_error();

    let errors = failure.diagnostics.iter();
    for error in errors.filter(|said| said.severity == "error") {
        let text = error.to_string();
        let moved = text.find("`moved`").unwrap_or_else(|| panic!("{error}"));
        assert!(
            text.find("`force_destroy")
                .is_none_or(|force| moved < force),
            "{error}"
        );
    }
    // As advised.
    let moved = format!("moved {{\nfrom = {MAIN}\nto = wasmcloud_lattice_buckets.renamed\n}}");
    scenario.terraform.write(&format!("{renamed}{moved}"));
    scenario.terraform.apply();
    assert_eq!(scenario.admin.messages("KV_CONFIGDATA_default"), 1);
}

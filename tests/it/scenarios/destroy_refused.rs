//! A destroy while the plan of the configuration is refused: Terraform plans before it destroys.

use crate::scenarios::scenario::{CONFIG_DATA, MAIN, Scenario};

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

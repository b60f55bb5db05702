//! The list without one of its lines, for each of them: the error names that line, and nothing is half done.

use crate::least_privilege::list::List;
use crate::least_privilege::setup::{BUCKETS, Setup, names_exactly, noted};

/// Users who each lack one of the lines, and with each what a refused plan must say: the line, and no other.
fn each_plan_is_refused(setup: &mut Setup, lines: &[String]) {
    let before = setup.everything();
    for (place, line) in lines.iter().enumerate() {
        setup.log_in(&format!("lacking{place}"));

        let failure = setup.terraform.plan_error();

        names_exactly(&List::whole(), &failure, line);
        assert_eq!(setup.everything(), before, "{line}");
    }
}

#[test]
fn without_reading_a_stream_no_plan_is_made() {
    let lines = List::whole().lines("INFO");
    let mut setup = Setup::lacking(&lines);
    setup.write("", "");

    // Before there is anything, and when all of it is there.
    each_plan_is_refused(&mut setup, &lines);
    setup.log_in("whole");
    setup.terraform.apply();
    each_plan_is_refused(&mut setup, &lines);

    let line = "$JS.API.STREAM.INFO.KV_LATTICEDATA_default";
    let place = lines.iter().position(|other| other == line).unwrap();
    setup.terraform.run(&["state", "rm", BUCKETS]).unwrap();
    setup.log_in(&format!("lacking{place}"));
    let failure = setup.terraform.import(BUCKETS, "default").unwrap_err();
    assert!(failure.text.contains(line), "{failure}");
}

#[test]
fn without_creating_a_stream_the_plan_that_would_make_it_is_refused() {
    let lines = List::whole().lines("CREATE");
    let mut setup = Setup::lacking(&lines);
    setup.write("", "");

    each_plan_is_refused(&mut setup, &lines);

    assert_eq!(setup.admin.stream_names(), Vec::<String>::new());
}

#[test]
fn without_updating_a_stream_the_plan_that_would_change_it_is_refused() {
    let lines = List::whole().lines("UPDATE");
    let mut setup = Setup::lacking(&lines);
    setup.write("", "");
    // What is created is changed too.
    each_plan_is_refused(&mut setup, &lines[..2]);
    setup.log_in("whole");
    setup.terraform.apply();

    setup.write("max_bytes = 1000000", "max_bytes = 1000000");
    each_plan_is_refused(&mut setup, &lines);

    // What changes nothing needs no permission to change it.
    setup.write("", "");
    setup.terraform.expect_empty();
}

#[test]
fn without_deleting_a_stream_the_plan_of_a_destroy_is_refused() {
    let lines = List::whole().lines("DELETE");
    let mut setup = Setup::lacking(&lines);
    setup.converge("", "");
    for (place, line) in lines.iter().enumerate() {
        setup.log_in(&format!("lacking{place}"));

        let failure = setup.terraform.try_plan(&["-destroy"]).unwrap_err();

        names_exactly(&List::whole(), &failure, line);
    }

    setup.log_in("whole");
    setup.terraform.destroy();
    assert_eq!(setup.admin.stream_names(), Vec::<String>::new());
}

#[test]
fn without_deleting_or_creating_a_stream_the_plan_that_replaces_it_is_refused() {
    let lines =
        ["DELETE", "CREATE"].map(|operation| format!("$JS.API.STREAM.{operation}.wadm_notify"));
    let mut setup = Setup::lacking(&lines);
    setup.converge("", "");
    setup.write("", "notify = { storage = \"memory\" }");

    each_plan_is_refused(&mut setup, &lines);

    setup.write("", "");
    setup.terraform.expect_empty();
}

/// Purging first is better, and not in the list: see the guide.
#[test]
fn without_purging_a_stream_that_holds_messages_it_is_replaced_nevertheless() {
    let setup = Setup::lacking(&[]);
    setup.converge("", "");
    setup.admin.publish("wadm.status.default.app", "deployed");

    setup.converge("", "status = { storage = \"memory\" }");

    assert_eq!(setup.admin.config("wadm_status")["storage"], "memory");
    assert_eq!(setup.admin.messages("wadm_status"), 0);
    let violations = noted(|| setup.violations("whole"));
    let purge = "$JS.API.STREAM.PURGE.wadm_status";
    assert!(
        violations.iter().all(|line| line.contains(purge)),
        "{violations:?}"
    );
}

#[test]
fn without_what_says_whether_it_can_be_done_no_plan_is_made_that_does_something() {
    let lines = ["$JS.API.INFO", "$JS.API.STREAM.NAMES"].map(str::to_owned);
    let mut setup = Setup::lacking(&lines);
    setup.write("", "");

    each_plan_is_refused(&mut setup, &lines);

    setup.log_in("whole");
    setup.terraform.apply();
    for place in 0..lines.len() {
        setup.log_in(&format!("lacking{place}"));
        setup.terraform.expect_empty();
    }
}

#[test]
fn without_hearing_answers_no_plan_is_made() {
    let lines = ["_INBOX.>".to_owned()];
    let mut setup = Setup::lacking(&lines);
    setup.write("", "");

    each_plan_is_refused(&mut setup, &lines);
    setup.log_in("whole");
    setup.terraform.apply();
    each_plan_is_refused(&mut setup, &lines);
}

/// Whoever adds a line to the list adds it to a scenario.
#[test]
fn no_line_is_left_out() {
    let list = List::whole();
    let operations = ["INFO", "CREATE", "UPDATE", "DELETE"].map(|operation| list.lines(operation));
    let mut tried = operations.concat();
    tried.extend(["$JS.API.INFO", "$JS.API.STREAM.NAMES"].map(str::to_owned));
    tried.sort();

    let mut publish = list.publish.clone();
    publish.sort();

    assert_eq!(publish, tried);
    assert_eq!(list.subscribe, ["_INBOX.>"]);
}

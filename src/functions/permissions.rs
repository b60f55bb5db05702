//! The permissions of NATS users, from the table, as the configuration of nats-server writes them.

use crate::functions::names::{lattice, members_of, wadm_members};
use crate::functions::options::{self, DOMAIN};
use crate::resources::lattice_buckets::lattice_name;
use crate::resources::object::domain::plain;
use crate::resources::object::member::Member;
use crate::resources::permissions::allowed::{Allowed, Used};
use crate::resources::permissions::table::{
    HOST, MAX_RESPONSES, PERMISSIONS, RESPONSES_EXPIRE, WADM,
};
use crate::resources::permissions::{Need, Permission};
use crate::resources::wadm::{MULTITENANT, bucket_names};
use crate::terraform::framework::function::{Function, FunctionError};
use crate::terraform::language::{Attribute, Type, Value, ValueRule};

const LATTICES: &str = "lattices";
const IS_WITH_WADM: &str = "wadm";
const IS_WITH_OPTIONAL: &str = "optional";
const IS_READ_ONLY: &str = "read_only";
const INBOX_PREFIX: &str = "inbox_prefix";

const RESULT: &str = "The result has the form of `permissions` in the configuration of nats-server, so `jsonencode` of it can be written there. Other tools get its lists: `publish.allow` and `subscribe.allow`.";

/// The functions of this file.
pub fn all() -> Vec<Function> {
    vec![
        Function {
            parameters: vec![lattice()],
            variadic: Some(options::parameter(&domain_option())),
            ..options::function(
                "host_permissions",
                "NATS permissions of a wasmCloud host",
                format!(
                    "The NATS permissions that a wasmCloud host (1.x) needs for a lattice whose buckets exist. It cannot create, change or delete a bucket with them.\n\n{RESULT} It also has `allow_responses`, which a host needs to answer requests."
                ),
                permissions_type(true),
                host,
            )
        },
        Function {
            variadic: Some(options::parameter(&wadm_options())),
            ..options::function(
                "wadm_permissions",
                "NATS permissions of wadm",
                format!(
                    "The NATS permissions that wadm (0.12.2 or newer) needs if its buckets and streams exist, for all lattices of the account. It cannot create, change or delete a stream with them.\n\n{RESULT} It also has `allow_responses`, which wadm needs to answer requests."
                ),
                permissions_type(true),
                wadm,
            )
        },
        Function {
            variadic: Some(options::parameter(&provider_options())),
            ..options::function(
                "provider_permissions",
                "NATS permissions of this provider",
                format!(
                    "The NATS permissions that this provider needs to create, change and delete the buckets of lattices, and the buckets and streams of wadm, or only to read them. It cannot read or write a key or a message with them.\n\n{RESULT}"
                ),
                permissions_type(false),
                provider,
            )
        },
    ]
}

fn permissions_type(answers: bool) -> Type {
    let list = || Type::object([("allow", Type::list(Type::String))]);
    let responses = Type::object([("max", Type::Number), ("expires", Type::String)]);
    let lists = [("publish", list()), ("subscribe", list())];
    Type::object(
        lists
            .into_iter()
            .chain(answers.then_some(("allow_responses", responses))),
    )
}

fn domain_option() -> [Attribute; 1] {
    [options::domain(
        "JetStream domain, if the client connects to a server in another domain or without a domain: to a leaf node, for example. A client of a server in the domain needs no other permissions than without a domain.",
    )]
}

fn wadm_options() -> Vec<Attribute> {
    let mut all = bucket_names().to_vec();
    all.push(options::multitenant());
    all.extend(domain_option());
    all
}

fn provider_options() -> Vec<Attribute> {
    let lattices = options::option(
        LATTICES,
        Type::list(Type::String),
        "Names of the lattices whose `wasmcloud_lattice_buckets` it manages. Default: none.",
    );
    let wadm = options::option(
        IS_WITH_WADM,
        Type::Bool,
        "Whether it manages a `wadm_jetstream`. Default: `false`.",
    );
    let optional = options::option(
        IS_WITH_OPTIONAL,
        Type::Bool,
        "Whether the result has the permissions without which the provider works too. Default: `true`.",
    );
    let inbox = options::option(
        INBOX_PREFIX,
        Type::String,
        "The `inbox_prefix` of the provider block, if it sets one.",
    );
    let mut all = vec![lattices.rule(ValueRule::Custom(lattice_names)), wadm];
    all.extend(bucket_names());
    all.push(optional);
    all.push(options::option(
        IS_READ_ONLY,
        Type::Bool,
        "Whether the user only reads: for data sources, and for a job that detects drift. Default: `false`.",
    ));
    all.push(
        inbox
            .rule(ValueRule::NotEmpty)
            .rule(ValueRule::Custom(prefix)),
    );
    all.extend(domain_option());
    all
}

fn lattice_names(value: &Value) -> Result<(), String> {
    let mut names = value.as_list().unwrap_or_default().iter();
    names.try_for_each(lattice_name)
}

fn prefix(value: &Value) -> Result<(), String> {
    plain(value.as_str().unwrap_or_default())
}

fn host(arguments: &[Value]) -> Result<Value, FunctionError> {
    let options = options::read(&domain_option(), arguments, 1)?;
    let lattice = arguments.first().unwrap_or(&Value::Null);
    let used = Used {
        members: &members_of(lattice),
        lattice: lattice.as_str().unwrap_or_default(),
        multitenant: false,
    };
    Ok(answering(&in_domain(Allowed::of(HOST, &used), &options)))
}

fn wadm(arguments: &[Value]) -> Result<Value, FunctionError> {
    let options = options::read(&wadm_options(), arguments, 0)?;
    let used = Used {
        members: &wadm_members(&options),
        lattice: "",
        multitenant: options.attribute(MULTITENANT).as_bool() == Some(true),
    };
    Ok(answering(&in_domain(Allowed::of(WADM, &used), &options)))
}

fn provider(arguments: &[Value]) -> Result<Value, FunctionError> {
    let options = options::read(&provider_options(), arguments, 0)?;
    let members = managed(&options);
    let is_read_only = options.attribute(IS_READ_ONLY).as_bool() == Some(true);
    if members.is_empty() && !is_read_only {
        let text =
            "It names nothing that the provider manages. Set `lattices`, or set `wadm` to `true`.";
        return Err(FunctionError {
            text: text.to_owned(),
            argument: (!arguments.is_empty()).then_some(0),
        });
    }
    let used = Used {
        members: &members,
        lattice: "",
        multitenant: false,
    };
    let optional = options.attribute(IS_WITH_OPTIONAL).as_bool() != Some(false);
    let wanted = |row: &&Permission| match is_read_only {
        true => row.is_required_to_read() || optional && !row.readings.is_empty(),
        false => row.need == Need::Required || optional,
    };
    let mut allowed = Allowed::of(PERMISSIONS.iter().filter(wanted), &used);
    if let Some(prefix) = options.attribute(INBOX_PREFIX).as_str() {
        allowed = allowed.with_inbox(prefix);
    }
    Ok(lists(&in_domain(allowed, &options)))
}

/// The buckets and streams that the provider manages.
fn managed(options: &Value) -> Vec<Member> {
    let lattices = options.attribute(LATTICES).as_list().unwrap_or_default();
    let mut members: Vec<_> = lattices.iter().flat_map(members_of).collect();
    if options.attribute(IS_WITH_WADM).as_bool() == Some(true) {
        members.extend(wadm_members(options));
    }
    members
}

fn in_domain(allowed: Allowed, options: &Value) -> Allowed {
    match options.attribute(DOMAIN).as_str() {
        Some(domain) => allowed.in_domain(domain),
        None => allowed,
    }
}

fn lists(allowed: &Allowed) -> Value {
    let list = |subjects: &[String]| {
        let subjects = subjects.iter().map(|subject| Value::from(subject.as_str()));
        Value::object([("allow", Value::List(subjects.collect()))])
    };
    Value::object([
        ("publish", list(&allowed.publish)),
        ("subscribe", list(&allowed.subscribe)),
    ])
}

/// The lists of a client that answers requests.
fn answering(allowed: &Allowed) -> Value {
    let mut permissions = lists(allowed);
    let responses = Value::object([
        ("max", Value::from(MAX_RESPONSES)),
        ("expires", RESPONSES_EXPIRE.into()),
    ]);
    permissions.set_attribute("allow_responses", responses);
    permissions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subjects(permissions: &Value, right: &str) -> Vec<String> {
        let list = permissions.attribute(right).attribute("allow");
        let list = list.as_list().unwrap().iter();
        list.map(|subject| subject.as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_client_outside_the_domain_reaches_the_api_and_the_keys_through_it() {
        let domain = Value::object([(DOMAIN, Value::from("hub"))]);

        let permissions = host(&["prod".into(), domain]).unwrap();

        let publish = subjects(&permissions, "publish");
        for subject in [
            "$JS.hub.API.STREAM.INFO.KV_CONFIGDATA_prod",
            "$JS.hub.API.$KV.LATTICEDATA_prod.>",
            "$JS.FC.KV_LATTICEDATA_prod.>",
            "prod.*.wrpc.>",
        ] {
            assert!(publish.contains(&subject.to_owned()), "{publish:?}");
        }
        assert!(!publish.iter().any(|one| one.starts_with("$JS.API.")));
    }

    #[test]
    fn wadm_s_own_names_and_its_mode_are_in_its_permissions() {
        let options = Value::object([
            ("state_bucket", Value::from("own_state")),
            ("multitenant", true.into()),
        ]);

        let permissions = wadm(&[options]).unwrap();

        let publish = subjects(&permissions, "publish");
        for subject in [
            "$KV.own_state.>",
            "$JS.API.STREAM.INFO.KV_own_state",
            "*.wasmbus.ctl.>",
        ] {
            assert!(publish.contains(&subject.to_owned()), "{publish:?}");
        }
        assert!(subjects(&permissions, "subscribe").contains(&"*.wadm.api.>".to_owned()));
        assert!(!publish.iter().any(|one| one.contains("wadm_state")));
    }

    #[test]
    fn the_provider_gets_what_it_manages_and_no_subject_twice() {
        let lattices = Value::List(vec!["a".into(), "b".into()]);
        let options = Value::object([
            ("lattices", lattices),
            ("optional", false.into()),
            ("inbox_prefix", "_INBOX_TF".into()),
        ]);

        let permissions = provider(&[options]).unwrap();

        let publish = subjects(&permissions, "publish");
        let mut once = publish.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), publish.len());
        assert_eq!(publish.len(), 2 + 4 * 4, "{publish:?}");
        assert_eq!(subjects(&permissions, "subscribe"), ["_INBOX_TF.>"]);
    }

    #[test]
    fn a_user_who_only_reads_can_change_nothing() {
        let options = Value::object([("read_only", Value::from(true)), ("wadm", true.into())]);

        let permissions = provider(&[options]).unwrap();

        let publish = subjects(&permissions, "publish");
        assert!(publish.contains(&"$JS.API.STREAM.INFO.wadm_notify".to_owned()));
        assert!(publish.contains(&"$JS.API.STREAM.NAMES".to_owned()));
        for operation in ["CREATE", "UPDATE", "DELETE", "PURGE"] {
            assert!(
                !publish.iter().any(|one| one.contains(operation)),
                "{publish:?}"
            );
        }
    }

    #[test]
    fn without_anything_to_manage_there_is_an_error_that_says_what_to_set() {
        for arguments in [vec![], vec![Value::object::<&str>([])]] {
            let error = provider(&arguments).unwrap_err();

            assert!(error.text.contains("Set `lattices`"), "{error:?}");
        }
    }
}

//! Every argument of every block: out of range, of a wrong type, empty, null inside, unknown.
//!
//! All cases of a block stand in one configuration, since Terraform validates all of it before it gives up; a case is
//! found again by its lines.

use crate::bad_input::setup::{STREAMS, Setup, sound};
use crate::support::{Admin, Diagnostic, Failure, NatsServer};

/// One wrong argument, and what the error about it says.
type Case = (&'static str, &'static str);

const NUMBER_TO_64: &str = "must be a whole number from 1 to 64";
const NO_DURATION: &str = "Set a number with a unit";
const WRONG_TYPE: &str = "Inappropriate value";
const DECIDED: &str = "it is read-only";

/// What buckets and streams have in common, for `wasmcloud_lattice_buckets` and `wadm_jetstream` alike.
const COMMON: &[Case] = &[
    ("replicas = 0", "must be a whole number from 1 to 5"),
    (
        "replicas = 6",
        "replicas is 6, but must be a whole number from 1 to 5",
    ),
    ("replicas = 1.5", "must be a whole number from 1 to 5"),
    ("replicas = -1", "must be a whole number from 1 to 5"),
    ("replicas = \"three\"", WRONG_TYPE),
    ("replicas = []", WRONG_TYPE),
    ("storage = \"disk\"", "must be \"file\" or \"memory\""),
    ("storage = \"\"", "must be \"file\" or \"memory\""),
    ("storage = \"File\"", "Did you mean \"file\"?"),
    ("compression = \"gzip\"", "must be \"none\" or \"s2\""),
    ("compression = true", "must be \"none\" or \"s2\""),
    ("max_bytes = 0", "0 is not a valid limit"),
    ("max_bytes = -2", "must be a whole number of at least -1"),
    ("max_bytes = 1.5", "must be a whole number of at least -1"),
    (
        "max_bytes = 9223372036854775808",
        "from -1 to 9223372036854775807",
    ),
    ("max_bytes = {}", WRONG_TYPE),
    ("placement = \"east\"", WRONG_TYPE),
    ("placement = { cluster = \"\" }", "must not be empty"),
    ("placement = { cluster = [] }", WRONG_TYPE),
    ("placement = { tags = [] }", "must not be empty"),
    (
        "placement = { tags = [\"a\", null] }",
        "A tag is null or empty",
    ),
    ("placement = { tags = [\"\"] }", "A tag is null or empty"),
    ("placement = { tags = \"a\" }", WRONG_TYPE),
    ("force_destroy = \"perhaps\"", WRONG_TYPE),
    ("skip_destroy = 7", WRONG_TYPE),
    ("adopt_existing = []", WRONG_TYPE),
    ("timeouts = { create = \"soon\" }", NO_DURATION),
    ("timeouts = { create = \"\" }", NO_DURATION),
    ("timeouts = { read = \"0s\" }", NO_DURATION),
    ("timeouts = { update = \"-5s\" }", NO_DURATION),
    ("timeouts = { delete = \"5\" }", NO_DURATION),
    (
        "timeouts = { create = \"2562047788015215h\" }",
        "which is one year",
    ),
    ("timeouts = { create = 5 }", NO_DURATION),
    ("timeouts = \"5s\"", WRONG_TYPE),
    ("no_such_argument = 1", "is not expected here"),
    ("timeout { }", "are not expected here"),
];

const LATTICE: &[Case] = &[
    ("lattice = \"a.b\"", "use only letters, digits, '_' and '-'"),
    ("lattice = \"\"", "cannot be empty"),
    ("lattice = \"a b\"", "use only letters, digits"),
    ("lattice = \"\u{e4}\"", "use only letters, digits"),
    ("lattice = \"*\"", "use only letters, digits"),
    (
        "lattice = format(\"%0241d\", 0)",
        "at most 240 are possible",
    ),
    ("lattice = {}", WRONG_TYPE),
    ("max_value_size = 0", "0 is not a valid limit"),
    ("max_value_size = -2", "from -1 to 2147483647"),
    ("max_value_size = 2147483648", "from -1 to 2147483647"),
    ("history = 0", NUMBER_TO_64),
    ("history = 65", NUMBER_TO_64),
    (
        "history = null\nlattice_data = { history = 65 }",
        NUMBER_TO_64,
    ),
    ("description = \"\"", "is the same as none"),
    (
        "description = format(\"%05000d\", 0)",
        "has 5000 bytes, and the server accepts at most 4096",
    ),
    ("description = []", WRONG_TYPE),
    (
        "metadata = { \"_nats.x\" = \"1\" }",
        "These keys cannot be set: \"_nats.x\"",
    ),
    ("metadata = { \"\" = \"1\" }", "A key must not be empty"),
    ("metadata = { a = null }", "must have a value"),
    ("metadata = { a = [] }", WRONG_TYPE),
    (
        "metadata = { a = format(\"%0131072d\", 0) }",
        "the server accepts at most 131072",
    ),
    ("metadata = \"a\"", WRONG_TYPE),
    (
        "lattice_data = { replicas = 6 }",
        "lattice_data.replicas is 6, but must be a whole number from 1 to 5",
    ),
    ("config_data = { max_bytes = 0 }", "0 is not a valid limit"),
    (
        "config_data = { placement = { cluster = \"\" } }",
        "config_data.placement.cluster is \"\"",
    ),
    ("lattice_data = { bucket = \"mine\" }", DECIDED),
    ("lattice_data = { drift = {} }", DECIDED),
    ("lattice_data = []", WRONG_TYPE),
    (
        "config_data = { storage = 1 }",
        "must be \"file\" or \"memory\"",
    ),
];

const WADM: &[Case] = &[
    ("multitenant = \"perhaps\"", WRONG_TYPE),
    ("max_bytes = 1000", "1000 bytes are too small"),
    ("state = { bucket = \"a.b\" }", "letters, digits"),
    ("state = { bucket = \"\" }", "1 to 250 letters, digits"),
    (
        "state = { bucket = \"same\" }\nmanifests = { bucket = \"same\" }",
        "`state` and `manifests` have the same bucket same",
    ),
    (
        "state = { bucket = \"wadm_manifests\" }",
        "have the same bucket wadm_manifests",
    ),
    ("manifests = { history = 0 }", NUMBER_TO_64),
    (
        "manifests = { max_value_size = 10 }",
        "is too small for wadm",
    ),
    (
        "events = { max_age = \"10s\" }",
        "shorter than a host's heartbeat",
    ),
    ("events = { max_age = \"50ms\" }", "at least 100 ms"),
    ("commands = { max_age = \"\" }", "Set a number with a unit"),
    (
        "commands = { max_age = \"-1s\" }",
        "Set a number with a unit",
    ),
    ("commands = { replicas = 6 }", "from 1 to 5"),
    (
        "status = { max_msgs_per_subject = 0 }",
        "must be a whole number of at least 1",
    ),
    ("notify = { subjects = [\"mine\"] }", DECIDED),
    ("notify = { retention = \"limits\" }", DECIDED),
    (
        "wasmbus_events = { description = \"\" }",
        "is the same as none",
    ),
    (
        "wasmbus_events = { metadata = { \"_nats.x\" = \"1\" } }",
        "cannot be set",
    ),
    ("event_consumer = { sources = [] }", DECIDED),
    (
        "event_consumer = { max_bytes = 0 }",
        "0 is not a valid limit",
    ),
    ("event_consumer = \"x\"", WRONG_TYPE),
];

/// Written out: a variable is unknown while Terraform only validates, and then nothing is said about it.
const PROVIDER: &[Case] = &[
    ("servers = []", "must not be empty"),
    ("servers = [null]", "An address is empty"),
    ("servers = [\" \"]", "An address is empty"),
    (
        "servers = [\"nats://a\", \"http://b\"]",
        "Address 2 is not the address of a NATS server",
    ),
    (
        "servers = [\"nats://a:99999\"]",
        "Set addresses such as \"nats://nats.example.com:4222\"",
    ),
    ("servers = \"nats://a\"", WRONG_TYPE),
    ("user = \"\"\npassword = \"swordfish\"", "must not be empty"),
    ("user = \"a\"\npassword = \"\"", "must not be empty"),
    ("user = []", WRONG_TYPE),
    ("token = \"\"", "must not be empty"),
    ("token = {}", WRONG_TYPE),
    ("credentials = \"\"", "must not be empty"),
    (
        "credentials = \"app.creds\"",
        "not the content of a credentials file",
    ),
    ("credentials_file = \"\"", "must not be empty"),
    ("credentials_file = []", WRONG_TYPE),
    ("jetstream_domain = \"\"", "must not be empty"),
    ("jetstream_domain = \"a.b\"", "Set only the name"),
    ("jetstream_domain = \"$JS.hub.>\"", "Set only the name"),
    ("timeout = \"\"", "must not be empty"),
    ("timeout = \"soon\"", NO_DURATION),
    ("timeout = \"0s\"", NO_DURATION),
    ("timeout = \"2562047788015215h\"", "which is one year"),
    ("no_such_argument = 1", "is not expected here"),
    (
        "user = \"a\"\npassword = \"swordfish\"\ntoken = \"swordfish\"",
        "`user` and `token` are two ways to authenticate",
    ),
    (
        "token = \"swordfish\"\ncredentials_file = \"a.creds\"",
        "Remove one of them",
    ),
    (
        "servers = [\"ws://a\", \"nats://b\"]",
        "different schemes (nats and ws)",
    ),
    (
        "tls_first = true\nservers = [\"wss://a\"]",
        "`tls_first` requires a TLS handshake before the server's greeting, and an address in `servers` uses WebSocket",
    ),
    ("tls_first = \"maybe\"", WRONG_TYPE),
    (
        "user = \"a\"",
        "`user` is set, and the password is missing: set `password` or NATS_PASSWORD",
    ),
    (
        "password = \"swordfish\"",
        "`password` is set, and the user is missing: set `user` or NATS_USER",
    ),
    (
        "tls_certificate_file = \"a\"",
        "`tls_certificate_file` is set, and the private key is missing: set `tls_key`, `tls_key_file` or NATS_KEY",
    ),
    (
        "tls_key_file = \"a\"",
        "the client certificate is missing: set `tls_certificate`, `tls_certificate_file` or NATS_CERT",
    ),
    (
        "jwt_file = \"a\"",
        "the seed is missing: set `seed`, `seed_file` or NATS_SEED",
    ),
    (
        "seed_file = \"a\"",
        "the JWT is missing: set `jwt`, `jwt_file` or NATS_JWT",
    ),
    (
        "jetstream_domain = \"a\"\njetstream_api_prefix = \"JS.a.API\"",
        "`jetstream_domain` and `jetstream_api_prefix` both set the subjects of the JetStream API",
    ),
    (
        "jetstream_api_prefix = \"JS.>\"",
        "contains '>', which is not allowed",
    ),
    ("jetstream_api_prefix = \"JS.a.API.\"", "an empty token"),
    (
        "inbox_prefix = \"_IN BOX\"",
        "contains ' ', which is not allowed",
    ),
    ("inbox_prefix = \"_IN\\u202eBOX\"", "which is not allowed"),
    (
        "inbox_prefix = join(\"\", [for i in range(300) : \"x\"])",
        "It has 300 bytes; at most 255 are allowed",
    ),
    ("connection_name = \"a\\nb\"", "which is not allowed"),
    (
        "connection_name = \"a b\"",
        "contains ' ', which is not allowed",
    ),
    (
        "connection_name = \"ci*\"",
        "contains '*', which is not allowed",
    ),
    (
        "jetstream_domain = join(\"\", [for i in range(300) : \"x\"])",
        "It has 300 bytes; at most 255 are allowed",
    ),
    ("inbox_prefix = \"\"", "must not be empty"),
    ("connection_name = \"\"", "must not be empty"),
    ("connect_timeout = \"0s\"", NO_DURATION),
    (
        "socks_proxy = \"http://me:swordfish@a:1\"",
        "not a SOCKS5 address",
    ),
    ("socks_proxy = \"socks5://me:swordfish@:1\"", "no host"),
    ("socks_proxy = \"swordfish:99999\"", "no valid port"),
    ("context = \"../prod\"", "Set only the name"),
    (
        "nkey = \"swordfish\"",
        "For the path of a file, set `nkey_file`",
    ),
    (
        "jwt = \"swordfish\"\nseed_file = \"a\"",
        "It is not a JWT, which has three parts",
    ),
    (
        "seed = \"swordfish\"\njwt_file = \"a\"",
        "It is not the seed of an nkey",
    ),
    (
        "tls_ca = \"swordfish\"",
        "It contains no certificate in PEM",
    ),
    (
        "tls_certificate = \"swordfish\"\ntls_key_file = \"a\"",
        "It contains no certificate in PEM",
    ),
    (
        "tls_key = \"swordfish\"\ntls_certificate_file = \"a\"",
        "It contains no private key in PEM",
    ),
    (
        "servers = [\"nats://a:b@c\"]\ntoken = \"swordfish\"",
        "An address in `servers` has a user, and `token`",
    ),
];

#[test]
fn every_wrong_argument_of_the_buckets_is_an_error_with_its_place() {
    let cases = [COMMON, LATTICE].concat();

    each_is_told(&cases, |number, arguments| {
        format!("resource \"wasmcloud_lattice_buckets\" \"case{number}\" {{\n{arguments}\n}}\n")
    });
}

#[test]
fn every_wrong_argument_of_wadm_is_an_error_with_its_place() {
    let cases = [COMMON, WADM].concat();

    each_is_told(&cases, |number, arguments| {
        format!(
            "resource \"wadm_jetstream\" \"case{number}\" {{\nprovider = wasmcloud\n{arguments}\n}}\n"
        )
    });
}

#[test]
fn every_wrong_argument_of_the_provider_is_an_error_with_its_place() {
    each_is_told(PROVIDER, |number, arguments| {
        format!(
            "provider \"wasmcloud\" {{\nalias = \"case{number}\"\n{arguments}\n}}\n\
             resource \"wasmcloud_lattice_buckets\" \"case{number}\" {{\nprovider = wasmcloud.case{number}\n}}\n"
        )
    });
}

#[test]
fn a_wrong_value_that_is_known_only_at_apply_is_refused_before_anything_is_made() {
    let server = NatsServer::start();
    let setup = Setup::server(&server.url());
    setup.terraform.write(
        "resource \"terraform_data\" \"name\" {\ninput = \"a.b\"\n}\n\
         resource \"wasmcloud_lattice_buckets\" \"main\" {\nlattice = terraform_data.name.output\n}\n",
    );

    let failure = setup.refused();

    let error = failure.error();
    assert_eq!(error.summary, "Invalid value for lattice");
    assert_eq!(error.code, "lattice = terraform_data.name.output");
    assert!(
        error.says("use only letters, digits, '_' and '-'"),
        "{error}"
    );
    assert_eq!(
        Admin::connect(&server.url()).stream_names(),
        Vec::<String>::new()
    );
}

#[test]
fn what_is_empty_and_means_nothing_is_accepted() {
    let server = NatsServer::start();
    let setup = Setup::server(&server.url());

    setup.terraform.converge(
        "resource \"wasmcloud_lattice_buckets\" \"main\" {\n  lattice = null\n  replicas = \"1\"\n  placement = {}\n  \
         metadata = {}\n  timeouts = {}\n  lattice_data = {}\n  config_data = { placement = {}, metadata = {} }\n}\n",
    );

    assert_eq!(Admin::connect(&server.url()).stream_names(), STREAMS);
}

/// Writes every case as a block, plans, and holds the errors within the lines of a case against what it expects.
fn each_is_told(cases: &[Case], block: impl Fn(usize, &str) -> String) {
    let setup = Setup::server(crate::bad_input::setup::NOBODY);
    let mut config = String::new();
    let mut places = Vec::new();
    for (number, (arguments, _)) in cases.iter().enumerate() {
        let first = config.lines().count() as u64 + 1;
        config.push_str(&block(number, arguments));
        places.push(first..=config.lines().count() as u64);
    }
    setup.terraform.write(&config);

    let failure = setup.refused_to(|terraform| terraform.plan_error());

    sound(&failure);
    let wrong: Vec<String> = cases
        .iter()
        .zip(&places)
        .filter_map(|((arguments, text), place)| {
            let errors: Vec<_> = errors(&failure)
                .filter(|error| place.contains(&error.line))
                .collect();
            match errors[..] {
                [only] if only.says(text) && points(only, arguments) => None,
                _ => Some(format!("{arguments}: expected {text:?}, got {errors:#?}")),
            }
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(errors(&failure).count(), cases.len(), "{failure}");
}

fn errors(failure: &Failure) -> impl Iterator<Item = &Diagnostic> {
    failure
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == "error")
}

/// Whether the error points at one of the lines that the case wrote.
fn points(error: &Diagnostic, arguments: &str) -> bool {
    arguments.lines().any(|line| {
        !error.code.is_empty() && error.code.lines().any(|code| line.contains(code.trim()))
    })
}

//! A Terraform provider for the NATS JetStream buckets and streams that wasmCloud hosts and wadm need.
//!
//! This page is the map of the source. One who has read only this page should find any behaviour within two guesses.
//!
//! # Layers
//!
//! Two halves that do not know each other, Terraform's language and JetStream's API, meet only in `resources`. A layer
//! imports only from the layers below it; `tests/it/structure/layers.rs` checks this, and that no files import each other.
//!
//! ```text
//! main                          starts the process
//! provider                      the provider block: from arguments and environment to a connection
//! data_sources                  what exists, with its volatile facts
//! functions                     names, permissions and import ids, without a server
//! resources                     the resource types: plan, preflight, apply
//! catalogue                     which buckets and streams there are
//! terraform::framework          what Terraform demands around a resource        jetstream   NATS and its API
//! plugin                        the process as a go-plugin
//! terraform::language           values, schemas, diagnostics, wire codec
//! terraform::proto              generated code of the plugin protocol
//! ecdsa_p521                    the keys that ring does not know
//! text                          lists, counts, quotes
//! os                            what differs between operating systems
//! ```
//!
//! `jetstream` and `terraform` never import each other. `plugin` knows neither a Terraform value nor NATS.
//!
//! # Modules in reading order
//!
//! * `catalogue`: every bucket and stream of wasmCloud and wadm, one row each.
//! * `jetstream::config`: what a stream's configuration is: the table `SETTINGS`, normal form, differences,
//!   data loss; `effect` says whether a change is in place or needs another stream.
//! * `jetstream::connection`: addresses, login, why a connection fails, whether it is the expected server; `route` leads to the servers: relay, SOCKS, TLS,
//!   WebSocket, and the check of every byte that a server sends.
//! * `jetstream::api`: requests and their retries; stream info, create, update, delete, account, permissions.
//! * `resources::object`: one object of Terraform: its assets, its arguments, attributes <-> stream configurations; its
//!   `private_facts`; which texts are Terraform's (`owned_texts`).
//! * `resources::messages`: the sentences of diagnostics about assets, and how contents are counted in them.
//! * `resources::permissions`: what NATS users must and may be allowed: the provider's, those of hosts, and wadm's;
//!   `table` has the rows, `allowed` makes lists of subjects of them.
//! * `resources::plan`: prior state and configuration -> planned state, without requests.
//! * `resources::preflight`: `survey::requests` sends all requests that a plan needs; every other file is one rule, such as
//!   `cluster_size`, `account_limits`, `permissions`, `data_loss`.
//! * `resources::apply`: read, create, update, replace, delete, and the wait until it works.
//! * `resources::session`: the connection, and what this process has seen of the server; `claims` is what the processes of
//!   one run of Terraform tell each other.
//! * `resources::resource`: the one implementation of a resource; `resources::object_type` is what a type states, and
//!   `resources::identity` is what follows from it for Terraform's identities; `resources::import` is what an import knows.
//! * `resources::inventory`: which objects exist in an account, from the names of its streams; `resources::inventory::list` is
//!   the list of them for `terraform query`.
//! * `resources::lattice_buckets`, `resources::wadm`: the resource types.
//! * `data_sources`: `object` reads what a resource type manages; `lattices` lists; `account` has limits and servers.
//! * `functions`: the functions of the provider; `options` reads the object of optional arguments.
//! * `provider`: arguments, environment variables, NATS contexts, their precedence and checks.
//! * `terraform::language`: values, types, paths, diagnostics, schemas; `wire` has msgpack and JSON.
//! * `terraform::framework`: the calls of Terraform around a resource (`rpc` takes them), and the check of our answers
//!   against core's rules.
//! * `os`: sockets, signals, processes and modes of files, for Unix and for Windows.
//! * `plugin`: handshake, TLS to Terraform, `net` for its socket, `log::hclog` for lines of its log, shutdown.
//! * `testing`: what the integration tests import.
//! * `texts`, for tests: a sample of every diagnostic; `tests/snapshots/texts.md` and the page
//!   `docs/guides/troubleshooting.md` follow from them.
//!
//! # Glossary
//!
//! * **asset**: a bucket or stream that wasmCloud or wadm uses; a row of `catalogue::CATALOGUE`.
//! * **object**: what one resource block in a configuration manages: some assets with a common identity.
//! * **member**: an asset of one object, with its name (`resources::object::member::Member`).
//! * **prior, planned**: the state before and after a change, in Terraform's words.
//! * **live, wanted**: a stream's configuration on the server, and the one that it should have.
//! * **setting**: a key of a stream's configuration; a row of `jetstream::SETTINGS`.
//! * **argument**: what a user can set; it stands for a setting (`resources::object::argument`).
//! * **follow**: an asset follows a common argument unless its own block sets the same.
//! * **codec**: how the value of an argument and the JSON of its setting correspond.
//! * **effect**: what the server does when a setting changes: in place, deletes data, one way, none, refused.
//! * **drift**: what differs on the server from the state; also the attribute that shows what has no argument.
//! * **lasting drift**: drift that the server does not change back.
//! * **replace**: delete one asset and recreate it, within an update; shown by `created` becoming unknown.
//! * **adopt**: manage an asset that already exists, with its contents (`adopt_existing`).
//! * **precious, transient**: whether an asset's contents exist nowhere else, or come back by themselves.
//! * **preflight**: the check of a plan against the server; adds diagnostics, never values.
//! * **survey**: everything the preflight knows, as plain data.
//! * **rule**: a pure function from survey and plan to diagnostics.
//! * **operation**: client, scope, object and state of one create, read, update or delete.
//! * **outcome**: what is known of one asset after an operation.
//! * **scope**: the deadline of an operation, and Terraform's wish to stop.
//! * **snapshot**: a stream as it was at one moment.
//! * **private fact**: what an object keeps in Terraform's private state.
//! * **API prefix**: where the JetStream API is: the default, that of a domain, or an imported one.
//! * **origin**: where a value of the provider's configuration comes from: argument, variable, context, default.
//!
//! # Invariants
//!
//! A change must not break these. Most have a test; all have a reason.
//!
//! 1. stdout carries one line, the handshake. Everything else is `tracing` to stderr.
//! 2. A stream is deleted only if the plan showed it; no delete and recreate to make an update pass.
//! 3. An update replaces the whole configuration, so keys that we do not know are written back as they were read.
//! 4. INFO before CREATE: the server answers success for an identical stream, which would be silent adoption.
//! 5. A timeout is not a failure: the server may apply late. Read again before deciding.
//! 6. An apply answers with the state that exists and the diagnostics, never with a gRPC error.
//! 7. Only JetStream error 10059 means that a stream does not exist.
//! 8. Subjects equal wadm's exactly, in order: wadm deletes and recreates a stream whose subjects differ.
//! 9. Secrets never reach a log, a diagnostic, a state or `Debug`.
//! 10. Validation and planning work without a connection; planned values never depend on the server beyond the refresh.
//! 11. What is stored in private state, and import ids, never change: a state that an earlier build wrote plans nothing.
//! 12. One cause is one diagnostic, however many assets it concerns.
//!
//! # Where do I change ...?
//!
//! | what | where |
//! |---|---|
//! | a setting's range, default, effect or description | its row in `jetstream::config::table` |
//! | which buckets or streams exist, and what wadm wants of them | its row in `catalogue` |
//! | an argument of a bucket or stream | `resources::object::argument` |
//! | an argument or environment variable of the provider block | its row in `provider::arguments` |
//! | a permission of the provider's user, of a host or of wadm | its row in `resources::permissions::table` |
//! | a data source | `data_sources`; the attributes of an asset in it `data_sources::attributes` |
//! | a function | `functions`, the rules around it `terraform::framework::function` |
//! | when a plan is refused or warns | a rule in `resources::preflight` |
//! | the words of a diagnostic about an asset | `resources::messages` |
//! | what the samples of a diagnostic are | `texts` |
//! | the words of a failed connection | `resources::messages::connection`, causes in `jetstream::connection::failure` |
//! | how an asset is created, updated, replaced or deleted | `resources::apply::asset` |
//! | how long something is waited for or retried | `resources::apply::asset::wait`, `jetstream::api::request` |
//! | a new resource type | a file beside `resources::lattice_buckets`, a row of `catalogue`, the list in `resources::all` |
//! | what is listed of existing objects, and by which filters | `resources::inventory` |
//! | what identifies an object | `resources::identity` |
//! | what Terraform demands of an answer | `terraform::framework::check` |
//! | logs and their format | `plugin::log` |

mod catalogue;
mod data_sources;
mod ecdsa_p521;
mod functions;
mod jetstream;
mod os;
pub mod plugin;
pub mod provider;
mod resources;
mod terraform;
mod text;
#[cfg(test)]
mod texts;

#[cfg(not(without_tests))]
#[doc(hidden)]
pub mod testing;

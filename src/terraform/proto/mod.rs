//! The wire: messages, clients and servers generated from `proto/`.
//!
//! Never edited by hand: change the `.proto`, then run `make generate`. Only `plugin`,
//! `framework::rpc` and the codecs of `terraform` name these types; everything above them speaks
//! in types of our own, so that a new protocol version stays their business. The clients are
//! there for the tests; the linker drops them from the provider, and of the messages it needs a part.

/// Terraform's plugin protocol, version 6.
#[allow(missing_docs, clippy::all)]
#[cfg_attr(without_tests, allow(dead_code, reason = "generated as a whole"))]
#[rustfmt::skip]
pub mod tfplugin6;

/// go-plugin's own services: the end of the process, its output, further connections.
#[allow(missing_docs, clippy::all)]
#[cfg_attr(without_tests, allow(dead_code, reason = "generated as a whole"))]
#[rustfmt::skip]
pub mod plugin;

/// gRPC's health check.
#[allow(missing_docs, clippy::all)]
#[cfg_attr(without_tests, allow(dead_code, reason = "generated as a whole"))]
#[rustfmt::skip]
pub mod health;

//! What goes wrong, told so that it can be put right: a real Terraform, the provider in this process, real servers.
//!
//! Judge each text as somebody who is called at night: the summary says what failed; the detail what was asked, what the
//! server said and what to do; the place is the argument to edit. Nothing hangs, nothing is lost, and no secret is shown
//! ([`given::Setup::refused`] holds every failure against that).

pub mod setup;

mod advice;
mod arguments;
mod connection;
mod contents;
mod context;
mod jetstream;
mod limits;
mod login;
mod outdated;
mod permissions;
mod precedence;
mod probes;
mod room;
mod rounds;
mod unreadable;

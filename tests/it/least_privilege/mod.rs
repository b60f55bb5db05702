//! The provider as a user who may do nothing beyond the documented list: each line is enough with the others, and needed.
//!
//! A server tells a client of a denied request beside the answers, and logs it. So both are held against the list: what
//! the diagnostic says, and that the log has no violation where none is expected.

mod list;
mod setup;

mod lifecycle;
mod missing;
mod cluster;
mod leaf;

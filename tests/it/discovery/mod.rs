//! What helps to find and take over what exists: identities, moves between addresses of the provider, and lists.
//!
//! Older tools have none of it, so these tests run the newest Terraform of `tools/versions`. What every tool makes of it is
//! part of `versions`.

mod identity;
pub mod moved;
mod query;
#[cfg(target_os = "linux")]
mod many;

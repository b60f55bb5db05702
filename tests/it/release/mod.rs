//! What is released: the files that `make dist` writes, and how users install them.
//!
//! The binary is the one under test, which `tools/dist` packs as it packs a release; that a release needs no newer glibc than
//! it may is checked by `make dist` itself.

mod registry;
mod setup;

mod archive;
mod install;
mod refused;
mod workflows;

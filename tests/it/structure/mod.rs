//! The structure of the source, as `src/lib.rs` and CONTRIBUTING.md describe it.

mod source;
mod layers;
mod cycles;
mod folders;
mod named_files;
mod pinned_tools;

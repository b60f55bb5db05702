//! What differs between operating systems, and nothing else: nowhere else in the source is a system named.
//!
//! `unix` is for Linux and macOS, `windows` for Windows; both have the same functions. What Linux alone has, its `/proc`, is
//! simply not found on macOS. Unlike the rest, `windows` is compiled only when a release is built: CONTRIBUTING.md.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub(crate) use system::{
    HAS_UNIX_SOCKETS, UnixSocket, ignore_interrupts, is_running, mode_for_others, parent_id,
    private_folder, set_variable, start_of_process, user_id, write_link,
};

//! Linux and macOS.

mod socket;

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::signal::unix::{SignalKind, signal};

pub(crate) use crate::os::unix::socket::UnixSocket;

/// Whether a socket can be in the file system.
pub(crate) const HAS_UNIX_SOCKETS: bool = true;

/// Ignores Ctrl-C from now on. Within a runtime.
///
/// # Errors
/// When the system refuses a signal handler.
pub(crate) fn ignore_interrupts() -> io::Result<()> {
    // The handler stays when the stream is dropped; without a listener it does nothing.
    signal(SignalKind::interrupt()).map(drop)
}

/// The process that started this one, or that it was handed over to.
pub(crate) fn parent_id() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

/// When a process was started, in ticks since the system was (`man 5 proc_pid_stat`, field 22). Only Linux says.
pub(crate) fn start_of_process(id: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before it may have any letters, brackets too.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(str::to_owned)
}

/// Whether a process is there. Only Linux says.
pub(crate) fn is_running(id: &str) -> bool {
    Path::new("/proc").join(id).exists()
}

/// The number of the user that this process belongs to. Only Linux says.
pub(crate) fn user_id() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|own| own.uid())
}

/// A folder that only this user reaches, created if it is not there; `None` if it is somebody else's.
pub(crate) fn private_folder(path: PathBuf, user: u32) -> Option<PathBuf> {
    let made = fs::DirBuilder::new().mode(0o700).create(&path);
    if let Err(error) = &made
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        tracing::debug!(%error, "the folder of the run could not be created");
        return None;
    }
    let found = fs::symlink_metadata(&path).ok()?;
    (found.is_dir() && found.uid() == user && found.mode() & 0o077 == 0).then_some(path)
}

/// Writes a text into a new link, in one step or not at all.
///
/// # Errors
/// When there is a file of that name, or none can be made there.
pub(crate) fn write_link(text: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(text, path)
}

/// How far a file is open to others than its owner, as a mode: `0644`. `None` if it is not.
pub(crate) fn mode_for_others(path: &Path) -> Option<String> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| format!("{mode:04o}"))
}

/// The command that sets a variable of the environment.
pub(crate) fn set_variable(name: &str, value: &str) -> String {
    format!("{name}='{value}'")
}

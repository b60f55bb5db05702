//! Windows: a port of the loopback interface instead of a socket in the file system, no modes of files, and no processes that
//! tell each other's presence.

use std::io;
use std::path::{Path, PathBuf};

use tokio::net::TcpStream;
use tokio::signal::windows::{ctrl_break, ctrl_c};

/// Whether a socket can be in the file system.
pub(crate) const HAS_UNIX_SOCKETS: bool = false;

/// Never there.
pub(crate) enum UnixSocket {}

impl UnixSocket {
    /// # Errors
    /// Always.
    pub(crate) fn bind(_: &str, _: Option<&Path>, _: Option<&str>) -> anyhow::Result<Self> {
        Err(io::Error::from(io::ErrorKind::Unsupported).into())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        match *self {}
    }

    /// The next client.
    ///
    /// # Errors
    /// Never: there is no such socket.
    pub(crate) async fn accept(&self) -> io::Result<TcpStream> {
        match *self {}
    }
}

/// Ignores Ctrl-C and Ctrl-Break from now on. Within a runtime.
///
/// # Errors
/// When the system refuses a handler.
pub(crate) fn ignore_interrupts() -> io::Result<()> {
    let (mut interrupt, mut pause) = (ctrl_c()?, ctrl_break()?);
    // Unlike on Unix, the process ends as soon as nobody listens.
    tokio::spawn(async move { while interrupt.recv().await.is_some() {} });
    tokio::spawn(async move { while pause.recv().await.is_some() {} });
    Ok(())
}

/// The process that started this one. Windows hands nobody's children over, so that it says nothing.
pub(crate) fn parent_id() -> Option<u32> {
    None
}

/// When a process was started: not known.
pub(crate) fn start_of_process(_: &str) -> Option<String> {
    None
}

/// Whether a process is there: not known.
pub(crate) fn is_running(_: &str) -> bool {
    false
}

/// The number of the user: Windows has none.
pub(crate) fn user_id() -> Option<u32> {
    None
}

/// A folder that only this user reaches: there is none, since nothing here asks Windows for one.
pub(crate) fn private_folder(_: PathBuf, _: u32) -> Option<PathBuf> {
    None
}

/// Writes a text into a new link, in one step.
///
/// # Errors
/// Always: links need a privilege.
pub(crate) fn write_link(_: &str, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// How far a file is open to others than its owner: Windows has no modes.
pub(crate) fn mode_for_others(_: &Path) -> Option<String> {
    None
}

/// The command that sets a variable of the environment.
pub(crate) fn set_variable(name: &str, value: &str) -> String {
    format!("set \"{name}={value}\"")
}

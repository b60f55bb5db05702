//! A socket in the file system, in a place that only those who may connect can reach.

use std::env;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{self, Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;
use tokio::net::{UnixListener, UnixStream};
use tracing::warn;

/// The longest path of a socket, in bytes: what a `sockaddr_un` holds besides the final zero.
const LONGEST_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// Short, and there on every unix.
const FALLBACK_DIR: &str = "/tmp";

/// The socket in its directory.
const SOCKET: &str = "plugin.sock";

/// An open socket, until dropped.
pub(crate) struct UnixSocket {
    listener: UnixListener,
    file: SocketFile,
}

impl UnixSocket {
    /// Listens in the host's directory if it named one, else in a directory of its own.
    ///
    /// # Errors
    /// When no directory can be made, or the group is not known or not ours to give files to.
    pub(crate) fn bind(
        name: &str,
        host_dir: Option<&Path>,
        group: Option<&str>,
    ) -> anyhow::Result<Self> {
        let (listener, file) = bind(name, host_dir, group)?;
        Ok(Self { listener, file })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.file.socket
    }

    /// The next client.
    ///
    /// # Errors
    /// What the system says, such as that no file descriptor is left.
    pub(crate) async fn accept(&self) -> io::Result<UnixStream> {
        Ok(self.listener.accept().await?.0)
    }
}

fn bind(
    name: &str,
    host_dir: Option<&Path>,
    group: Option<&str>,
) -> anyhow::Result<(UnixListener, SocketFile)> {
    let group = group.map(group_id).transpose()?;
    let host_dir = host_dir.map(path::absolute).transpose()?;
    let host_dir = host_dir.as_deref();
    let dir = private_dir(name, host_dir)?;
    let socket = dir.path().join(SOCKET);
    let listener = UnixListener::bind(&socket)?;
    admit(group, &socket, 0o600, 0o660)?;
    let Some(host_dir) = host_dir.filter(|host_dir| dir.path().starts_with(host_dir)) else {
        admit(group, dir.path(), 0o700, 0o710)?;
        return Ok((
            listener,
            SocketFile {
                socket,
                own_dir: Some(dir),
            },
        ));
    };
    // The host looks for a file in its own directory. It is moved there only now that its
    // permissions are right; a bound socket keeps working under a new name.
    let mut file_name = dir.path().file_name().unwrap_or_default().to_owned();
    file_name.push(".sock");
    let shared = host_dir.join(file_name);
    fs::rename(&socket, &shared)?;
    Ok((
        listener,
        SocketFile {
            socket: shared,
            own_dir: None,
        },
    ))
}

/// What a socket occupies in the file system, until dropped.
struct SocketFile {
    socket: PathBuf,
    /// The directory made for it, unless it is in one that belongs to the host.
    own_dir: Option<TempDir>,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // A directory of its own removes itself.
        if self.own_dir.is_none() {
            let _ = fs::remove_file(&self.socket);
        }
    }
}

/// A new directory for its owner only, under whose name a socket's path is short enough.
fn private_dir(name: &str, host_dir: Option<&Path>) -> io::Result<TempDir> {
    let preferred = host_dir.map_or_else(env::temp_dir, Path::to_owned);
    let make = |parent: &Path| {
        let mode = Permissions::from_mode(0o700);
        tempfile::Builder::new()
            .prefix(&format!("{name}-"))
            .permissions(mode)
            .tempdir_in(parent)
    };
    // The host reads the path in a line of text.
    let fits = |dir: &TempDir| {
        let path = dir.path().join(SOCKET);
        path.to_str().is_some_and(|path| path.len() <= LONGEST_PATH)
    };
    let shown = preferred.display();
    match make(&preferred) {
        Ok(dir) if fits(&dir) => return Ok(dir),
        Ok(_) => {
            warn!(dir = %shown, "the path is too long for a socket or not UTF-8, using {FALLBACK_DIR}")
        }
        Err(error) => {
            warn!(dir = %shown, %error, "a socket cannot be created there, using {FALLBACK_DIR}")
        }
    }
    make(Path::new(FALLBACK_DIR))
}

/// Lets in the owner, and the group if there is one.
fn admit(group: Option<u32>, path: &Path, owner_mode: u32, group_mode: u32) -> io::Result<()> {
    let mode = match group {
        None => owner_mode,
        Some(_) => {
            chown(path, None, group)?;
            group_mode
        }
    };
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// The number of a group given by name or number.
fn group_id(group: &str) -> anyhow::Result<u32> {
    if let Ok(id) = group.parse() {
        return Ok(id);
    }
    fs::read_to_string("/etc/group")?
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&group))
        .and_then(|fields| fields.get(2)?.parse().ok())
        .with_context(|| format!("no group {group} in /etc/group (PLUGIN_UNIX_SOCKET_GROUP)"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata()
            .map_or(0, |metadata| metadata.permissions().mode() & 0o777)
    }

    #[tokio::test]
    async fn the_socket_is_in_a_directory_for_its_owner_and_goes_with_it() {
        let socket = UnixSocket::bind("test", None, None).expect("a socket");
        let dir = socket.path().parent().expect("a directory").to_owned();

        assert_eq!((mode(&dir), mode(socket.path())), (0o700, 0o600));
        assert!(UnixStream::connect(socket.path()).await.is_ok());

        drop(socket);

        assert!(!dir.exists());
    }

    #[tokio::test]
    async fn a_directory_of_the_host_holds_the_socket_itself_and_is_left_as_it_was() {
        let shared = tempfile::tempdir().expect("a directory");
        let entries = || fs::read_dir(shared.path()).expect("the directory").count();

        let socket = UnixSocket::bind("test", Some(shared.path()), None).expect("a socket");

        assert_eq!(socket.path().parent(), Some(shared.path()));
        assert_eq!((mode(socket.path()), entries()), (0o600, 1));
        assert!(UnixStream::connect(socket.path()).await.is_ok());

        drop(socket);

        assert_eq!(entries(), 0);
    }

    #[tokio::test]
    async fn a_group_may_pass_the_directory_and_use_the_socket() {
        // A group that this user can give files to, root or not: its own.
        let own = tempfile::tempdir().expect("a directory");
        let group = own.path().metadata().expect("it is there").gid();

        let socket = UnixSocket::bind("test", None, Some(&group.to_string())).expect("a socket");

        let dir = socket.path().parent().expect("a directory");
        assert_eq!((mode(dir), mode(socket.path())), (0o710, 0o660));
        assert_eq!(socket.path().metadata().expect("it is there").gid(), group);
    }

    #[test]
    fn a_group_is_known_by_name_and_by_number() {
        assert_eq!(group_id("root").ok(), Some(0));
        assert_eq!(group_id("4711").ok(), Some(4711));
        let error = group_id("no-such-group")
            .expect_err("no such group")
            .to_string();
        assert!(error.contains("no-such-group"), "{error}");
    }

    #[tokio::test]
    async fn a_path_too_long_for_a_socket_falls_back_to_a_short_one() {
        let deep = tempfile::tempdir().expect("a directory");
        let long = deep.path().join("a".repeat(120));
        fs::create_dir(&long).expect("a directory with a long name");

        let socket = UnixSocket::bind("test", Some(&long), None).expect("a socket");

        assert!(socket.path().starts_with(FALLBACK_DIR));
        assert!(UnixStream::connect(socket.path()).await.is_ok());
        assert_eq!(fs::read_dir(&long).expect("the directory").count(), 0);
    }
}

//! The host: the program that starts the plugin and calls it, which is Terraform or OpenTofu.

use std::ops::RangeInclusive;
use std::path::PathBuf;

/// Ports that go-plugin uses when the host names none.
pub(super) const PORTS: RangeInclusive<u16> = 10_000..=25_000;

/// How the host that started the process wants to be served.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// The only client that may call, as PEM. Absent when the host turned TLS off.
    pub(super) client_certificate: Option<String>,
    /// Where the socket has to be, for hosts that share only that directory with the plugin.
    pub(super) socket_dir: Option<PathBuf>,
    /// A group, by name or number, whose members may connect too.
    pub(super) socket_group: Option<String>,
    /// Where a TCP port may be taken, on systems without unix sockets.
    pub(super) ports: RangeInclusive<u16>,
    /// Whether the host asked about, and so understands an answer on, a multiplexed broker.
    pub(super) asks_for_multiplexing: bool,
}

impl Host {
    /// No host in particular: any client that reaches the socket.
    pub(super) fn anyone() -> Self {
        Self {
            client_certificate: None,
            socket_dir: None,
            socket_group: None,
            ports: PORTS,
            asks_for_multiplexing: false,
        }
    }
}

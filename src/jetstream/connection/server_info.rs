//! What the connected server says of itself in INFO, without a request.
//!
//! It is about the streams only where this server stores them: behind another domain or an imported API they live on
//! servers that are not known.

use std::collections::BTreeSet;

use crate::jetstream::connection::link::Link;
use crate::jetstream::connection::options::ApiPrefix;

/// The connected server, where it keeps the streams itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// Its version.
    pub version: String,
    /// Its cluster, if it is in one.
    pub cluster: Option<String>,
    /// Addresses that the servers of its cluster announce: at least as many as there are servers, unless they announce
    /// the one address of a load balancer; 0 or 1 if they announce none of the others.
    pub addresses: usize,
}

/// The connected server; `None` before the first request, and where streams may live on other servers.
pub fn server_info(link: &Link, api_prefix: &ApiPrefix) -> Option<ServerInfo> {
    let info = link.server_info()?;
    let here = match api_prefix {
        ApiPrefix::Default => true,
        ApiPrefix::Domain(domain) => info.domain.as_ref() == Some(domain),
        ApiPrefix::Custom(_) => false,
    };
    let addresses: BTreeSet<_> = info.connect_urls.into_iter().collect();
    (info.jetstream && here).then_some(ServerInfo {
        version: info.version,
        cluster: info.cluster,
        addresses: addresses.len(),
    })
}

//! Creating, updating and deleting.

use super::Scope;
use super::client::Client;
use super::config::StreamConfig;
use super::error::{Cause, Error};
use super::stream::StreamInfo;

/// A stream that was created.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// The stream.
    pub info: StreamInfo,
    /// It was surely this call that made it.
    pub ours: bool,
}

impl Client {
    /// Makes a stream that does not exist.
    pub async fn create(&self, config: &StreamConfig, scope: &Scope) -> Result<Created, Error> {
        let _ = (config.wire(), scope);
        Err(Error::new(Cause::Stopped, ""))
    }

    /// Replaces the whole configuration of a stream.
    pub async fn update(&self, config: &StreamConfig, scope: &Scope) -> Result<StreamInfo, Error> {
        let _ = (config, scope);
        Err(Error::new(Cause::Stopped, ""))
    }

    /// Deletes a stream; `false` if there was none.
    pub async fn delete(&self, name: &str, scope: &Scope) -> Result<bool, Error> {
        let _ = (name, scope);
        Err(Error::new(Cause::Stopped, ""))
    }
}

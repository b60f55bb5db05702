//! The storage of an account that a stream uses.

use crate::jetstream::StreamInfo;
use crate::terraform::language::Value;

/// What one stream uses of its account's limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageUse {
    /// The number of servers that store it.
    pub replicas: u64,
    /// Whether it is stored in memory.
    pub in_memory: bool,
    /// The bytes that it reserves by `max_bytes`; 0 without a limit.
    pub reserved_bytes: u64,
}

/// What a plan does to the storage that a stream uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageChange {
    /// The stream as it is; `None` if there is none.
    pub from: Option<StorageUse>,
    /// The stream as it will be; `None` if it is deleted.
    pub to: Option<StorageUse>,
}

impl StorageUse {
    /// Of a stream on the server.
    pub fn live(info: &StreamInfo) -> Self {
        Self {
            replicas: info.config.num_replicas(),
            in_memory: info.config.is_in_memory(),
            reserved_bytes: info.config.reserved_bytes(),
        }
    }

    /// Of an asset's planned object.
    pub fn planned(object: &Value) -> Self {
        let number = |name: &str| object.attribute(name).as_i64().unwrap_or_default();
        Self {
            replicas: u64::try_from(number("replicas")).unwrap_or_default().max(1),
            in_memory: object.attribute("storage").as_str() == Some("memory"),
            reserved_bytes: u64::try_from(number("max_bytes")).unwrap_or_default(),
        }
    }

    /// The bytes that all its replicas reserve together.
    pub fn bytes_of_all_replicas(&self) -> u64 {
        self.reserved_bytes.saturating_mul(self.replicas)
    }
}

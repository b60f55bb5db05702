//! What the integration tests and the benchmark use of the crate's modules, which are private.
//!
//! Nothing of the provider uses it. `make lint` builds the crate once without it, so that code that only the tests keep
//! alive is found.

pub mod catalogue {
    pub use crate::catalogue::{Asset, AssetKind, CATALOGUE, Contents};
}

pub mod jetstream {
    pub use crate::jetstream::{
        ApiPrefix, Auth, Bound, Client, Conditions, Created, Edit, Effect, Error, Expected,
        OperationKind, Options, SETTINGS, Scope, Setting, SettingChange, SettingKind, StreamConfig,
        Tls, Unreachable, WithOrigin, diff, diff_at, setting,
    };
}

pub mod resources {
    pub use crate::resources::messages::connection::connection_failure;
    pub use crate::resources::object::argument::codec::Codec;
    pub use crate::resources::object::argument::{Argument, BUCKET, COMMON, Unset};
    pub use crate::resources::object::changes::Changes;
    pub use crate::resources::object::member::Member;
    pub use crate::resources::permissions::allowed::{Allowed, Used};
    pub use crate::resources::permissions::table::{HOST, WADM};
    pub use crate::resources::permissions::{Need, PERMISSIONS, Permission, Reading, Right};
}

pub mod terraform {
    pub use crate::terraform::{framework, language, proto};
}

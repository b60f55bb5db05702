//! The configuration of a stream: complete JSON, what its keys mean, their normal form, differences, and what a change deletes.

pub mod stream_config;
pub mod settings;
pub mod table;
pub mod normal;
pub mod effect;
pub mod diff;
pub mod data_loss;
pub mod version;

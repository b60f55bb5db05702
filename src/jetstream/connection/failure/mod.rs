//! Why a connection fails.

pub mod unreachable;
pub mod inspect;

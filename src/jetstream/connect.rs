//! The one connection.

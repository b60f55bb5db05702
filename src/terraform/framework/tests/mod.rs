//! The framework against core's own rules: random schemas and configurations, an oracle written apart from our check.

mod oracle;
mod mutations;
mod properties;
mod random;

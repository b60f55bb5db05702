//! One object of Terraform: its assets, its arguments, and how attributes and stream configurations correspond.

pub mod member;
pub mod argument;
pub mod codec;
pub mod domain;
pub mod common;

//! One object of Terraform: its assets, its arguments, and how attributes and stream configurations correspond.

pub mod member;
pub mod argument;
pub mod description;
pub mod codec;
pub mod nested;
pub mod rules;
pub mod domain;
pub mod common;

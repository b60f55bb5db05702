pub mod command;
pub mod failure;
pub mod plan;
pub mod running;
pub mod trapped;

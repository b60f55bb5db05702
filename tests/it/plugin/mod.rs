//! The real binary as Terraform sees it: how it starts, whom it lets in, what ends it.

mod test_plugin;
mod terminal;
mod certificate;
mod client;
mod debug_mode;
mod handshake;
mod process_end;
mod logs;
mod process;
mod unauthorized;

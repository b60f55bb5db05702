pub mod gate;
pub mod link;
pub mod pki;
pub mod relay;
pub mod socks;
pub mod tap;

//! Bad luck: killed processes, lost answers, servers that fail in the middle, and others that do the same at once.

mod create;
mod killed;
mod replaced;
mod replicas;
mod time;

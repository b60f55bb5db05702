//! Secrets stay where they are: with everything logged, they are in no output, no log, no state and no saved plan.
//!
//! The real binary under a real Terraform against real servers, every kind of secret at once. What is looked for is not
//! only the secret but every form in which one could be found: see [`search`]. That a search finds nothing says nothing
//! by itself, so every place has a control that hides a secret there and finds it.

mod search;
mod places;
mod servers;
mod run;

mod control;
mod succeeding;
mod environment;
mod failing;
mod crashing;
mod debug;

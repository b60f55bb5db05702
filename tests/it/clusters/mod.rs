//! Servers that are in a cluster, seem to be, or are not.

mod full;
mod lost;
mod several;
mod single;
mod subjects;

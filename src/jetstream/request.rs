//! One request and its retries.

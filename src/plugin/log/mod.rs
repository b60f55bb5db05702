//! What the process writes besides answers: logs at the level that Terraform asked for, and panics.
//!
//! A line on stderr that starts with `panic: ` makes Terraform report a crashed plugin, so that
//! prefix is kept for panics that no call caught: see [`caught`].

mod hclog;

use std::any::Any;
use std::env;
use std::future::Future;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};

use tracing::error;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

use crate::plugin::log::hclog::Hclog;
use crate::text;

/// Who decides what is logged, the first one set.
pub(super) const LEVEL_VARIABLES: [&str; 3] =
    ["TF_LOG_PROVIDER_WASMCLOUD", "TF_LOG_PROVIDER", "TF_LOG"];

tokio::task_local! {
    static CAUGHT: ();
}

/// Starts logging at the level that the environment asks for, and reports panics.
pub fn init() {
    panic::set_hook(Box::new(report_panic));
    let variable = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let level = level(variable);
    if level != LevelFilter::OFF {
        let subscriber = tracing_subscriber::registry().with(Hclog::new(level, io::stderr()));
        // Somebody who embeds us may log already, in a way of their own.
        let _ = tracing::subscriber::set_global_default(subscriber);
    }
}

/// Runs a call whose panics are caught by its caller, who makes a diagnostic of them: Terraform
/// gets such a panic once, from there.
///
/// The mark stays with this future, not with tasks that it spawns. A panic in a spawned call is
/// in its `JoinError`: `panic_text(&error.into_panic())` is what it said.
pub async fn caught<F: Future>(call: F) -> F::Output {
    CAUGHT.scope((), call).await
}

/// What a caught panic said.
pub fn panic_text(payload: &(dyn Any + Send)) -> &str {
    text::of_panic(payload).unwrap_or("no message")
}

fn report_panic(panic: &PanicHookInfo<'_>) {
    let text = panic_text(panic.payload());
    let location = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    if CAUGHT.try_with(|()| ()).is_ok() {
        error!(location, "a call panicked: {text}");
        return;
    }
    let version = env!("CARGO_PKG_VERSION");
    let report = format!(
        "panic: {text}\n\n{} {version}, {location}\nThis is a bug in the provider. Please report it with this output.\n",
        env!("CARGO_PKG_NAME")
    );
    let _ = io::stderr().write_all(report.as_bytes());
}

/// The level in the first of the variables that is set. `JSON` asks for everything, in a form
/// that is Terraform's business; a word that Terraform does not know means TRACE to it too.
fn level(variable: impl Fn(&str) -> Option<String>) -> LevelFilter {
    let level = LEVEL_VARIABLES
        .iter()
        .filter_map(|name| variable(name))
        .find(|level| !level.is_empty());
    match level.map(|level| level.to_ascii_uppercase()).as_deref() {
        None | Some("OFF") => LevelFilter::OFF,
        Some("ERROR") => LevelFilter::ERROR,
        Some("WARN") => LevelFilter::WARN,
        Some("INFO") => LevelFilter::INFO,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some(_) => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level_of(variables: &[(&str, &str)]) -> LevelFilter {
        level(|name| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_nearest_variable_decides_the_level() {
        assert_eq!(level_of(&[]), LevelFilter::OFF);
        assert_eq!(level_of(&[("TF_LOG", "warn")]), LevelFilter::WARN);
        assert_eq!(
            level_of(&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "ERROR")]),
            LevelFilter::ERROR
        );
        assert_eq!(
            level_of(&[
                ("TF_LOG_PROVIDER", "ERROR"),
                ("TF_LOG_PROVIDER_WASMCLOUD", "info")
            ]),
            LevelFilter::INFO
        );
        assert_eq!(
            level_of(&[("TF_LOG", "DEBUG"), ("TF_LOG_PROVIDER_WASMCLOUD", "off")]),
            LevelFilter::OFF
        );
        assert_eq!(
            level_of(&[("TF_LOG", "DEBUG"), ("TF_LOG_PROVIDER_WASMCLOUD", "")]),
            LevelFilter::DEBUG
        );
    }

    #[test]
    fn json_and_unknown_levels_mean_everything() {
        assert_eq!(level_of(&[("TF_LOG", "JSON")]), LevelFilter::TRACE);
        assert_eq!(level_of(&[("TF_LOG", "1")]), LevelFilter::TRACE);
    }

    #[tokio::test]
    async fn what_a_panic_said_can_be_told_to_the_user() {
        let borrowed = tokio::spawn(caught(async { panic!("plain") }))
            .await
            .expect_err("a panic");
        let owned = tokio::spawn(caught(async { panic!("made of {}", 2) }))
            .await
            .expect_err("a panic");
        let other = tokio::spawn(caught(async { panic::panic_any(7) }))
            .await
            .expect_err("a panic");

        assert_eq!(panic_text(&*borrowed.into_panic()), "plain");
        assert_eq!(panic_text(&*owned.into_panic()), "made of 2");
        assert_eq!(panic_text(&*other.into_panic()), "no message");
    }
}

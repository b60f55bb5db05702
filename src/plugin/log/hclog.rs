//! tracing's events as hclog lines: one JSON object each, which Terraform takes apart and filters.
//!
//! Terraform does so only if `@timestamp` has exactly six fractional digits; otherwise the whole
//! line is a message at DEBUG. Fields become pairs beside the message, those of spans too.

use std::fmt::{self, Write as _};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::text::printable_lines;

/// The longest text in a line, in bytes. Terraform chops lines at 64 KiB, and a chopped line is
/// no JSON any more.
const LONGEST_TEXT: usize = 4 << 10;

/// The longest line, in bytes, with room for what is not counted.
const LONGEST_LINE: usize = 60 << 10;

/// The crate whose events are ours. Other crates say what they must, at INFO and above: their
/// details are their own, and may show what ours never do.
const OWN_TARGET: &str = env!("CARGO_CRATE_NAME");

/// Writes each event as a line.
pub(super) struct Hclog<W> {
    level: LevelFilter,
    out: Mutex<W>,
}

impl<W: Write> Hclog<W> {
    /// Writes what is at this level or above.
    pub(super) fn new(level: LevelFilter, out: W) -> Self {
        Self {
            level,
            out: Mutex::new(out),
        }
    }

    fn write(&self, line: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // Once Terraform has ended nothing reads, and the running calls matter more.
        let _ = out.write_all(line.as_bytes());
    }
}

impl<S, W> Layer<S> for Hclog<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let own = metadata.target().starts_with(OWN_TARGET);
        let level = if own {
            self.level
        } else {
            self.level.min(LevelFilter::INFO)
        };
        *metadata.level() <= level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut pairs = Pairs::default();
            attributes.record(&mut pairs);
            span.extensions_mut().insert(pairs);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(pairs) = span.extensions_mut().get_mut::<Pairs>()
        {
            values.record(pairs);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut pairs = Pairs::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(of_span) = span.extensions().get::<Pairs>() {
                pairs.0.extend(of_span.0.clone());
            }
        }
        event.record(&mut pairs);
        self.write(&line(event.metadata(), pairs, Timestamp::now()));
    }
}

/// One event in hclog's form, with its newline.
fn line(metadata: &Metadata<'_>, mut pairs: Pairs, now: Timestamp) -> String {
    let message = pairs.0.shift_remove(MESSAGE).unwrap_or_default();
    let mut line = Map::new();
    let mut length = 0;
    let head = [
        ("@level", Value::from(level_name(*metadata.level()))),
        // Terraform stops at a message that is no string.
        (
            "@message",
            Value::from(
                message
                    .as_str()
                    .map_or_else(|| message.to_string(), str::to_owned),
            ),
        ),
        ("@module", Value::from(module(metadata.target()))),
        ("@timestamp", Value::from(time_stamp(now))),
    ];
    for (name, value) in head
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(pairs.0)
    {
        length += name.len() + value.to_string().len() + 4;
        if length > LONGEST_LINE {
            break;
        }
        line.insert(name, value);
    }
    format!("{}\n", Value::Object(line))
}

/// A time in the one form that Terraform's log reader knows.
fn time_stamp(now: Timestamp) -> String {
    format!("{now:.6}")
}

/// hclog's name of a level.
fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// hclog's name of where an event came from: `provider.<layer>` for ours, `provider.<crate>` for others'.
fn module(target: &str) -> String {
    let mut path = target.split("::");
    match path.next() {
        Some(OWN_TARGET) => path.next().map_or_else(
            || "provider".to_owned(),
            |layer| format!("provider.{layer}"),
        ),
        other => format!("provider.{}", other.unwrap_or_default()),
    }
}

/// tracing's name of the field that holds an event's text.
const MESSAGE: &str = "message";

/// Fields and what they hold, in order.
#[derive(Default)]
struct Pairs(Map<String, Value>);

impl Pairs {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        // Names with @ are hclog's.
        self.0.insert(
            field.name().trim_start_matches('@').to_owned(),
            value.into(),
        );
    }

    fn insert_text(&mut self, field: &Field, text: impl fmt::Display) {
        let mut bounded = Bounded::default();
        let _ = write!(bounded, "{text}");
        // A line break would begin a line of a log that nobody wrote.
        self.insert(field, printable_lines(&bounded.0).replace('\n', "\\n"));
    }
}

impl Visit for Pairs {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert_text(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.insert_text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert_text(field, format_args!("{value:?}"));
    }
}

/// A text that stops growing at [`LONGEST_TEXT`] and says so.
#[derive(Default)]
struct Bounded(String);

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LONGEST_TEXT.saturating_sub(self.0.len());
        let ends = text
            .char_indices()
            .map(|(start, character)| start + character.len_utf8());
        let cut = ends.take_while(|end| *end <= room).last().unwrap_or(0);
        self.0.push_str(&text[..cut]);
        if cut < text.len() {
            self.0.push_str(" ...");
            // Whoever formats need not go on.
            return Err(fmt::Error);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Error, ErrorKind};
    use std::sync::Arc;

    use tracing::{debug, info, info_span, trace, warn};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    /// What was logged while `work` ran.
    fn logged(level: LevelFilter, work: impl FnOnce()) -> Vec<Map<String, Value>> {
        let out = Buffer::default();
        let subscriber = tracing_subscriber::registry().with(Hclog::new(level, out.clone()));
        tracing::subscriber::with_default(subscriber, work);
        let bytes = out.0.lock().expect("no panic").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.lines()
            .inspect(|line| assert!(line.len() < 64 << 10))
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_a_line_that_terraform_takes_apart() {
        let lines = logged(LevelFilter::DEBUG, || {
            debug!(
                stream = "KV_a",
                changes = 3,
                good = true,
                ratio = 0.5,
                "updating {}",
                "it"
            );
        });

        let line = &lines[0];
        assert_eq!(line["@level"], "debug");
        assert_eq!(line["@message"], "updating it");
        assert_eq!(line["@module"], "provider.plugin");
        assert_eq!(line["stream"], "KV_a");
        assert_eq!(line["changes"], 3);
        assert_eq!(line["good"], true);
        assert_eq!(line["ratio"], 0.5);
    }

    #[test]
    fn a_time_stamp_has_six_digits_even_on_a_full_second() {
        for (nanoseconds, fraction) in [(0, "000000"), (1_000, "000001"), (999_999_999, "999999")] {
            let now = Timestamp::new(1_700_000_000, nanoseconds).expect("a time");

            assert_eq!(time_stamp(now), format!("2023-11-14T22:13:20.{fraction}Z"));
        }
    }

    #[test]
    fn spans_add_their_fields() {
        let lines = logged(LevelFilter::INFO, || {
            let span = info_span!("call", rpc = "Apply", resource = tracing::field::Empty);
            span.record("resource", "wadm_jetstream");
            span.in_scope(|| info!(rpc = "inner", "done"));
        });

        assert_eq!(lines[0]["resource"], "wadm_jetstream");
        assert_eq!(lines[0]["rpc"], "inner");
    }

    #[test]
    fn levels_below_the_one_asked_for_are_not_written() {
        let lines = logged(LevelFilter::WARN, || {
            warn!("yes");
            info!("no");
        });

        assert_eq!(lines.len(), 1);
    }

    #[test]
    fn other_crates_keep_their_details_to_themselves() {
        let lines = logged(LevelFilter::TRACE, || {
            trace!("ours");
            tracing::trace!(target: "elsewhere::deep", "theirs");
            tracing::info!(target: "elsewhere::deep", "theirs too");
        });

        let modules: Vec<_> = lines.iter().map(|line| line["@module"].as_str()).collect();
        assert_eq!(
            modules,
            [Some("provider.plugin"), Some("provider.elsewhere")]
        );
    }

    #[test]
    fn text_of_others_begins_no_line_and_steers_no_terminal() {
        let lines = logged(LevelFilter::INFO, || {
            info!(
                name = "a\u{202e}b",
                "answered\n2026-01-01 [ERROR] \u{1b}[2J"
            );
        });

        assert_eq!(lines.len(), 1);
        assert_eq!(
            lines[0]["@message"],
            "answered\\n2026-01-01 [ERROR] \\u{1b}[2J"
        );
        assert_eq!(lines[0]["name"], "a\\u{202e}b");
    }

    #[test]
    fn nothing_makes_a_line_too_long() {
        let endless = "é".repeat(1 << 20);

        let lines = logged(LevelFilter::INFO, || {
            info!(a = endless, b = ?endless, c = %endless, d = endless, e = endless, "{endless}");
            info!(
                control = "\u{1}".repeat(1 << 20),
                a = "\u{1}".repeat(1 << 20),
                b = "\u{1}".repeat(1 << 20),
                "{}",
                "\u{1}".repeat(1 << 20)
            );
        });

        assert_eq!(lines.len(), 2);
        assert!(
            lines[0]["@message"]
                .as_str()
                .is_some_and(|message| message.ends_with("é ..."))
        );
    }

    #[test]
    fn a_closed_pipe_is_nothing_to_panic_about() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(Error::from(ErrorKind::BrokenPipe))
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(Error::from(ErrorKind::BrokenPipe))
            }
        }
        let subscriber = tracing_subscriber::registry().with(Hclog::new(LevelFilter::INFO, Closed));

        tracing::subscriber::with_default(subscriber, || info!("into the void"));
    }
}

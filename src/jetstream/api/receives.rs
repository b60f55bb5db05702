//! Whether a stream receives what is published to its subjects, found out without publishing anything.
//!
//! nats-server 2.10 and 2.11 keep the former subscriptions of a stream if its subjects and its replicas change in one
//! update: its configuration shows the new subjects, and who publishes to them gets no responders until the stream has
//! another leader. No answer of the JetStream API shows that.
//!
//! From 2.11 a message can be traced (NATS ADR-41). One with `Nats-Trace-Only` is delivered to nobody and stored
//! nowhere; the servers report where it would have gone. Servers before 2.11 would deliver it, so there nothing is
//! found out.

use std::time::Duration;

use async_nats::{HeaderMap, StatusCode, Subscriber};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::Value;

use crate::jetstream::Scope;
use crate::jetstream::api::client::Client;
use crate::jetstream::api::stream_info::StreamInfo;
use crate::jetstream::config::version::major_minor;

/// The first version that traces messages.
const TRACES_SINCE: (u64, u64) = (2, 11);
/// Longest wait for the reports of one message.
const REPORTS: Duration = Duration::from_secs(2);
/// Stands for a wildcard: hardly anybody else uses it.
const PROBE: &str = "terraform-provider-wasmcloud";

impl Client {
    /// Whether a stream receives what is published to each of its subjects. `None` if that is not known: a server is
    /// older than 2.11 or is not the one that stores the stream, or the user may not publish to the subject.
    pub async fn receives(&self, info: &StreamInfo, scope: &Scope) -> Option<bool> {
        let version = major_minor(&self.server_info()?.version)?;
        if version < TRACES_SINCE || info.api_level() < 1 {
            return None;
        }
        for subject in info.config.subjects() {
            let example = example(subject);
            if !self.reaches(&example, info.config.name(), scope).await? {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Whether a message with this subject would reach the stream.
    async fn reaches(&self, subject: &str, stream: &str, scope: &Scope) -> Option<bool> {
        let client = self.api.link.connection(scope).await.ok()?;
        let inbox = client.new_inbox();
        let reports = client.subscribe(inbox.clone()).await.ok()?;
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Trace-Dest", inbox.as_str());
        headers.insert("Nats-Trace-Only", "true");
        let pending = &self.api.link.pending;
        let (mut denied, mut no_reports) = (pending.register(subject), pending.register(&inbox));
        client
            .publish_with_reply_and_headers(subject.to_owned(), inbox, headers, Bytes::new())
            .await
            .ok()?;
        tokio::select! {
            reached = read_reports(reports, stream, REPORTS.min(scope.remaining())) => reached,
            _ = denied.verdict() => None,
            _ = no_reports.verdict() => None,
            () = scope.stopped() => None,
        }
    }
}

/// Whether one of the reports is of the stream; `None` if there are none at all.
async fn read_reports(mut reports: Subscriber, stream: &str, limit: Duration) -> Option<bool> {
    let mut reported = None;
    let read = async {
        while let Some(report) = reports.next().await {
            let nobody = report.status == Some(StatusCode::NO_RESPONDERS);
            reported = Some(!nobody && is_of(stream, &report.payload));
            if nobody || reported == Some(true) {
                break;
            }
        }
    };
    // Without a limit it would wait for the reports of servers that have none.
    let _ = tokio::time::timeout(limit, read).await;
    reported
}

/// Whether a report of a server says that the stream would store the message.
fn is_of(stream: &str, report: &[u8]) -> bool {
    let report: Value = serde_json::from_slice(report).unwrap_or_default();
    let events = report["events"].as_array().map(Vec::as_slice);
    let mut events = events.unwrap_or_default().iter();
    events.any(|event| event["type"] == "js" && event["stream"] == stream)
}

/// A subject without wildcards that a subject matches.
fn example(subject: &str) -> String {
    let tokens = subject.split('.').map(|token| match token {
        "*" | ">" => PROBE,
        token => token,
    });
    tokens.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_has_a_token_for_each_wildcard() {
        assert_eq!(
            example("*.wasmbus.evt.*.>"),
            format!("{PROBE}.wasmbus.evt.{PROBE}.{PROBE}")
        );
        assert_eq!(example("wadm.cmd"), "wadm.cmd");
    }

    #[test]
    fn only_a_report_of_the_stream_itself_counts() {
        let report = |kind: &str, stream: &str| {
            let events = format!(
                r#"{{"events":[{{"type":"in"}},{{"type":"{kind}","stream":"{stream}"}}]}}"#
            );
            is_of("wadm_events", events.as_bytes())
        };

        assert!(report("js", "wadm_events"));
        assert!(!report("js", "wadm_status"));
        assert!(!report("eg", "wadm_events"));
        assert!(!is_of("wadm_events", b"no JSON"));
    }
}

//! What a NATS server sends, checked before async-nats reads it.
//!
//! async-nats trusts the bytes of a server: an error without a text or a message of an absurd length ends its task by a
//! panic, a line without an end fills the memory, and the addresses in a greeting lead to servers that nobody
//! configured. So only what is complete, short enough and well-formed passes, and a greeting passes without addresses
//! of other servers. Protocol: docs.nats.io, reference/nats-protocol.

use async_nats::ServerInfo;
use bytes::{Bytes, BytesMut};
use serde_json::{Map, Value};

use crate::text::{self, printable};

/// The longest line, in bytes: the greeting of a server, also that of a large cluster, is shorter.
pub const LONGEST_LINE: usize = 64 * 1024;
/// The longest message, in bytes. A page of 1,024 stream names has less than 300 KiB, but one of 100,000 subjects may
/// have tens of MiB.
const LONGEST_MESSAGE: usize = 32 * 1024 * 1024;
/// What of something unexpected is shown, in characters.
const EXCERPT: usize = 60;

/// What of a server's greeting matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// What the server says of itself.
    pub info: ServerInfo,
    /// The server can do TLS, whether it demands it or not.
    pub tls_available: bool,
}

/// Some bytes that may pass.
#[derive(Debug, PartialEq, Eq)]
pub struct Passed {
    /// The bytes.
    pub bytes: Bytes,
    /// What they are.
    pub operation: Operation,
}

/// What a server sends.
#[derive(Debug, PartialEq, Eq)]
pub enum Operation {
    /// Its greeting, at the beginning or again when something changed.
    Info(Box<Greeting>),
    /// The answer to a ping.
    Pong,
    /// An error, in printable words.
    Error(String),
    /// Anything else, or a part of it.
    Other,
}

/// Something that no NATS server sends to this provider, as a clause.
#[derive(Debug, PartialEq, Eq)]
pub struct Rejected(pub String);

/// The bytes of one connection; they go in as they arrive, and come out when they are checked.
#[derive(Default)]
pub struct ServerBytes {
    received: BytesMut,
    /// How far the current line was searched for its end.
    searched: usize,
    /// What is left of a message's payload, its line end included.
    payload: usize,
}

impl ServerBytes {
    /// Takes what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.received.extend_from_slice(bytes);
    }

    /// The next bytes that may pass; `None` if more has to arrive first.
    ///
    /// # Errors
    /// When what arrived is not what a NATS server sends. The connection is of no use then.
    pub fn next(&mut self) -> Result<Option<Passed>, Rejected> {
        if self.payload > 0 {
            return self.payload();
        }
        let Some(length) = self.line_length() else {
            return match self.received.len() {
                length if length > LONGEST_LINE => Err(too_long_a_line()),
                _ => Ok(None),
            };
        };
        if length > LONGEST_LINE {
            return Err(too_long_a_line());
        }
        let rejected = Rejected::line(&self.received[..length]);
        let line = std::str::from_utf8(&self.received[..length]).map_err(|_| rejected)?;
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let passed = match verb {
            "PONG" if rest.is_empty() => Some((Operation::Pong, "PONG".to_owned())),
            "+OK" | "PING" if rest.is_empty() => None,
            "-ERR" => {
                let error = error_text(rest);
                let line = format!("-ERR '{error}'");
                Some((Operation::Error(error), line))
            }
            "INFO" => Some(info(rest)?),
            "MSG" => {
                self.payload = message(rest)?.ok_or_else(|| Rejected::line(line.as_bytes()))? + 2;
                None
            }
            "HMSG" => return self.with_headers(length),
            _ => return Err(Rejected::line(line.as_bytes())),
        };
        let line = self.pass(length + 2);
        Ok(Some(match passed {
            Some((operation, line)) => Passed {
                bytes: Bytes::from(line + "\r\n"),
                operation,
            },
            None => Passed::other(line),
        }))
    }

    /// What arrived and has not passed.
    pub fn unfinished(&self) -> &[u8] {
        &self.received
    }

    fn line_length(&mut self) -> Option<usize> {
        let from = self.searched;
        let end = self.received[from..]
            .windows(2)
            .position(|pair| pair == b"\r\n");
        self.searched = self.received.len().saturating_sub(1);
        end.map(|end| from + end)
    }

    fn pass(&mut self, length: usize) -> Bytes {
        self.searched = 0;
        self.received.split_to(length).freeze()
    }

    /// Part of a payload, or all that is left of it. The line end after it passes with its last byte.
    fn payload(&mut self) -> Result<Option<Passed>, Rejected> {
        let arrived = self.received.len().min(self.payload);
        let passes = match self.payload - arrived {
            0 => arrived,
            // The line end passes whole, because only then it can be checked.
            missing => arrived.saturating_sub(2_usize.saturating_sub(missing)),
        };
        if passes == 0 {
            return Ok(None);
        }
        if passes == self.payload && !self.received[..passes].ends_with(b"\r\n") {
            return Err(Rejected(
                "a message that is longer than announced".to_owned(),
            ));
        }
        self.payload -= passes;
        Ok(Some(Passed::other(self.pass(passes))))
    }

    /// A message with headers passes as far as its headers, because async-nats reads these too.
    fn with_headers(&mut self, length: usize) -> Result<Option<Passed>, Rejected> {
        let line = &self.received[..length];
        let (headers, total) = std::str::from_utf8(line)
            .ok()
            .and_then(header_lengths)
            .ok_or_else(|| Rejected::line(line))?;
        if headers > LONGEST_LINE || total > LONGEST_MESSAGE {
            return Err(too_long(total));
        }
        let Some(block) = self.received.get(length + 2..length + 2 + headers) else {
            // The line is found once more when more arrives.
            self.searched = length;
            return Ok(None);
        };
        if !are_headers(block) {
            return Err(Rejected(format!(
                "headers that are not valid: {}",
                excerpt(block)
            )));
        }
        self.payload = total - headers + 2;
        Ok(Some(Passed::other(self.pass(length + 2 + headers))))
    }
}

impl Passed {
    fn other(bytes: Bytes) -> Passed {
        Passed {
            bytes,
            operation: Operation::Other,
        }
    }
}

impl Rejected {
    fn line(line: &[u8]) -> Rejected {
        Rejected(excerpt(line))
    }
}

/// The beginning of something unexpected, in quotes and safe to print.
pub fn excerpt(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(4 * EXCERPT)];
    let text = String::from_utf8_lossy(head);
    let begin: String = text.chars().take(EXCERPT).collect();
    let more = if text.len() < bytes.len() || begin.len() < text.len() {
        "..."
    } else {
        ""
    };
    format!("\"{}{more}\"", text::printable(&begin))
}

/// The text of an error, without the quotes around it.
fn error_text(rest: &str) -> String {
    match rest.trim().trim_matches('\'') {
        "" => "an error without a text".to_owned(),
        told => text::printable(told).into_owned(),
    }
}

/// A greeting, and what of it passes: no addresses of other servers, to which async-nats would connect.
fn info(json: &str) -> Result<(Operation, String), Rejected> {
    let rejected = || Rejected(format!("INFO {}", excerpt(json.as_bytes())));
    let mut fields: Map<String, Value> = serde_json::from_str(json).map_err(|_| rejected())?;
    let whole = Value::Object(fields.clone());
    let mut greeting = Greeting {
        tls_available: fields.get("tls_available").and_then(Value::as_bool) == Some(true),
        info: serde_json::from_value(whole).map_err(|_| rejected())?,
    };
    let info = &mut greeting.info;
    let optional = [&mut info.cluster, &mut info.domain].into_iter().flatten();
    for text in [&mut info.version].into_iter().chain(optional) {
        *text = printable(text).into_owned();
    }
    fields.remove("connect_urls");
    let line = format!("INFO {}", Value::Object(fields));
    Ok((Operation::Info(Box::new(greeting)), line))
}

/// The length of the payload after `MSG <subject> <sid> [reply-to] <bytes>`; `None` if it is no such line.
fn message(rest: &str) -> Result<Option<usize>, Rejected> {
    let words: Vec<&str> = rest.split(' ').filter(|word| !word.is_empty()).collect();
    let (3 | 4, Some(Ok(_)), Some(Ok(length))) = (
        words.len(),
        words.get(1).map(|sid| sid.parse::<u64>()),
        words.last().map(|length| length.parse::<usize>()),
    ) else {
        return Ok(None);
    };
    if length > LONGEST_MESSAGE {
        return Err(too_long(length));
    }
    Ok(Some(length))
}

/// The lengths of headers and of all, in `HMSG <subject> <sid> [reply-to] <header bytes> <all bytes>`.
fn header_lengths(line: &str) -> Option<(usize, usize)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, _, sid, .., headers, total] = words[..] else {
        return None;
    };
    sid.parse::<u64>().ok()?;
    let (headers, total): (usize, usize) = (headers.parse().ok()?, total.parse().ok()?);
    (words.len() <= 6 && headers <= total).then_some((headers, total))
}

/// Whether a block is of the form `NATS/1.0 [status [text]]`, then `name: value` lines.
fn are_headers(block: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(block) else {
        return false;
    };
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
    let status = lines.next().and_then(|line| line.strip_prefix("NATS/1.0"));
    let known = status.is_some_and(|rest| match rest.split_whitespace().next() {
        None => rest.is_empty(),
        Some(status) => {
            rest.starts_with(' ')
                && status.len() == 3
                && status.bytes().all(|digit| digit.is_ascii_digit())
        }
    });
    // A line end within a value would end async-nats's task by a panic.
    known && !text.replace("\r\n", "").contains(['\r', '\n']) && lines.all(is_header)
}

fn is_header(line: &str) -> bool {
    let name = line.split_once(':').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_graphic())
}

fn too_long_a_line() -> Rejected {
    Rejected(format!("a line of more than {LONGEST_LINE} bytes"))
}

fn too_long(length: usize) -> Rejected {
    Rejected(format!(
        "a message of {length} bytes, more than the limit of {LONGEST_MESSAGE}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What passes of some bytes, in pieces of any size; or what is rejected.
    fn passed(bytes: &[u8], piece: usize) -> Result<Vec<u8>, Rejected> {
        let mut checked = ServerBytes::default();
        let mut out = Vec::new();
        for piece in bytes.chunks(piece) {
            checked.push(piece);
            while let Some(passed) = checked.next()? {
                out.extend_from_slice(&passed.bytes);
            }
        }
        Ok(out)
    }

    #[test]
    fn what_a_server_sends_passes_in_pieces_of_any_size() {
        let session = b"PING\r\nPONG\r\n+OK\r\n-ERR 'Stale Connection'\r\n\
            MSG a.b 1 5\r\nhello\r\nMSG a 1 reply.to 0\r\n\r\n\
            HMSG a 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n\
            HMSG a 1 r 21 23\r\nNATS/1.0\r\nName: v\r\n\r\nhi\r\n";

        for piece in 1..session.len() {
            let out = passed(session, piece).unwrap();

            assert_eq!(out, session, "in pieces of {piece}");
        }
    }

    #[test]
    fn a_greeting_passes_without_the_addresses_of_other_servers() {
        let mut checked = ServerBytes::default();
        checked.push(
            br#"INFO {"version":"2.12.8","connect_urls":["ws://evil:80"],"tls_available":true}"#,
        );
        checked.push(b"\r\n");

        let passed = checked.next().unwrap().unwrap();

        assert_eq!(
            passed.bytes,
            "INFO {\"version\":\"2.12.8\",\"tls_available\":true}\r\n"
        );
        let Operation::Info(greeting) = passed.operation else {
            panic!("no greeting");
        };
        assert!(greeting.tls_available && !greeting.info.tls_required);
        assert_eq!(greeting.info.connect_urls, ["ws://evil:80"]);
    }

    #[test]
    fn an_error_without_a_text_gets_one_and_others_are_made_printable() {
        assert_eq!(
            passed(b"-ERR\r\n", 99).unwrap(),
            b"-ERR 'an error without a text'\r\n"
        );
        assert_eq!(
            passed("-ERR 'a\x1b[2J\u{202e}b'\r\n".as_bytes(), 99).unwrap(),
            b"-ERR 'a\\u{1b}[2J\\u{202e}b'\r\n"
        );
    }

    #[test]
    fn what_no_server_sends_is_rejected_and_shown_in_a_form_that_can_be_printed() {
        for (sent, said) in [
            (&b"INFO 5\r\n"[..], "INFO \"5\""),
            (b"INFO {\"port\":\"x\"}\r\n", "INFO \"{\"port\":\"x\"}\""),
            (
                b"HTTP/1.1 400 Bad Request\r\n",
                "\"HTTP/1.1 400 Bad Request\"",
            ),
            (b"\x1b[31mred\r\n", "\"\\u{1b}[31mred\""),
            (b"MSG a 1\r\n", "\"MSG a 1\""),
            (b"MSG a x 1\r\n", "\"MSG a x 1\""),
            (b"MSG a 1 -1\r\n", "\"MSG a 1 -1\""),
            (
                b"MSG a 1 18446744073709551615\r\n",
                "a message of 18446744073709551615 bytes, more than the limit of 33554432",
            ),
            (
                b"MSG a 1 2\r\nlonger\r\n",
                "a message that is longer than announced",
            ),
            (b"HMSG a 1 9 5\r\n", "\"HMSG a 1 9 5\""),
            (
                b"HMSG a 1 5 18446744073709551615\r\n",
                "a message of 18446744073709551615 bytes, more than the limit of 33554432",
            ),
            (
                b"HMSG a 1 20 20\r\nNATS/1.0\r\nA: b\rc\r\n\r\n\r\n",
                "headers that are not valid: \"NATS/1.0\\r\\nA: b\\rc\\r\\n\\r\\n\"",
            ),
            (
                b"HMSG a 1 4 4\r\nnone\r\n",
                "headers that are not valid: \"none\"",
            ),
            (b"\xff\xfe\r\n", "\"\u{fffd}\u{fffd}\""),
        ] {
            for piece in [1, 3, sent.len()] {
                let rejected = passed(sent, piece).unwrap_err();

                assert_eq!(rejected.0, said);
            }
        }
    }

    #[test]
    fn a_line_without_an_end_is_rejected_before_it_fills_the_memory() {
        let mut checked = ServerBytes::default();
        checked.push(&vec![b'x'; LONGEST_LINE]);
        assert_eq!(checked.next(), Ok(None));

        checked.push(b"xx");

        assert_eq!(checked.next(), Err(too_long_a_line()));
    }
}

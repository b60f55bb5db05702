//! What is different in every run is made the same: times, ports, and how long something took.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Two buckets that are made at once are made within this time, either one first.
pub const AT_ONCE: Duration = Duration::from_millis(250);

/// Objects that are read are named in the order of the alphabet. Times become the first, second, third day of a month, in their order, or where they are of the same moment, in the
/// order in which they are told; every port of the loopback address is 4222, and nothing takes more than no time.
pub fn normal(text: &str) -> String {
    let mut times: Vec<(Timestamp, &str)> = Vec::new();
    for word in text.split(|c: char| !is_of_a_time(c)) {
        if is_time(word) && times.iter().all(|(_, other)| *other != word) {
            times.push((word.parse().expect("a time"), word));
        }
    }
    let told = times.clone();
    times.sort_unstable();
    for moment in times.chunk_by_mut(|one, next| {
        next.0.duration_since(one.0) < SignedDuration::try_from(AT_ONCE).expect("a short time")
    }) {
        moment.sort_unstable_by_key(|time| told.iter().position(|other| other == time));
    }
    let mut normal = text.to_owned();
    for (index, (_, time)) in times.iter().enumerate() {
        let day = format!("2026-03-{:02}T09:30:00.123456789Z", index + 1);
        normal = normal.replace(time, &day);
    }
    let normal = with_digits_after(&normal, "127.0.0.1:", "4222");
    let normal = with_digits_after(&normal, " complete after ", "0");
    // How often a connection was tried, and for how long, in seconds with one decimal.
    let mut normal = with_digits_after(&normal, "(tried ", "9");
    // Terraform may break the line before the number.
    for space in [" ", "\n"] {
        normal = with_digits_after(&normal, &format!(" times in{space}"), "4");
        normal = with_digits_after(&normal, &format!(" times in{space}4."), "9");
    }
    with_reads_sorted(&normal)
}

/// Terraform reads objects at the same time, and names them in any order.
fn with_reads_sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let is_read = |line: &str| line.ends_with(": Refreshing state...");
    for reads in lines.chunk_by_mut(|one, next| is_read(one) && is_read(next)) {
        reads.sort_unstable();
    }
    lines.join("\n")
}

/// The words of an output: Terraform breaks lines by the length of what stands here only in normal form.
pub fn words(text: &str) -> Vec<&str> {
    text.split_whitespace()
        .filter(|word| *word != "│")
        .collect()
}

fn is_of_a_time(c: char) -> bool {
    c.is_ascii_digit() || "-:.TZ".contains(c)
}

/// Such as 2026-11-22T01:27:59.123456789Z.
fn is_time(word: &str) -> bool {
    word.len() >= 20
        && word.ends_with('Z')
        && word.bytes().filter(|byte| *byte == b':').count() == 2
        && word.as_bytes().get(10) == Some(&b'T')
}

/// The same text with these digits wherever others follow `mark`.
fn with_digits_after(text: &str, mark: &str, digits: &str) -> String {
    let mut parts = text.split(mark);
    let mut normal = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        normal += &format!("{mark}{digits}{rest}");
    }
    normal
}

#[test]
fn times_keep_their_order_and_ports_become_one() {
    let day = |number: u8| format!("2026-03-0{number}T09:30:00.123456789Z");
    let (first, second, third) = (
        "2026-11-22T01:27:58.13Z",
        "2026-11-22T01:27:59.27Z",
        "2026-11-22T01:27:59.2Z",
    );

    let normal = normal(&format!(
        "{second}, {third}, {first} at 127.0.0.1:29001, T and Z"
    ));

    // The last two are of the same moment.
    assert_eq!(
        normal,
        format!(
            "{}, {}, {} at 127.0.0.1:4222, T and Z",
            day(2),
            day(3),
            day(1)
        )
    );
}

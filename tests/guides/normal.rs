//! What is different in every run is made the same: times and ports.

/// Times become the first, second, third day of a month, in their order; every port of the loopback address is 4222.
pub fn normal(text: &str) -> String {
    let mut times: Vec<&str> = text
        .split(|c: char| !is_of_a_time(c))
        .filter(|word| is_time(word))
        .collect();
    times.sort_unstable();
    times.dedup();
    let mut normal = text.to_owned();
    for (index, time) in times.iter().enumerate() {
        let day = format!("2026-03-{:02}T09:30:00.123456789Z", index + 1);
        normal = normal.replace(time, &day);
    }
    with_one_port(&normal)
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

fn with_one_port(text: &str) -> String {
    const ADDRESS: &str = "127.0.0.1:";
    let mut parts = text.split(ADDRESS);
    let mut normal = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        normal += &format!("{ADDRESS}4222{rest}");
    }
    normal
}

#[test]
fn times_keep_their_order_and_ports_become_one() {
    let text = "from 2026-11-22T01:27:59.2Z to 2026-11-22T01:27:58.13Z at 127.0.0.1:29001, T and Z";

    let normal = normal(text);

    assert_eq!(
        normal,
        "from 2026-03-02T09:30:00.123456789Z to 2026-03-01T09:30:00.123456789Z at 127.0.0.1:4222, T and Z"
    );
}

//! Durations as Terraform users write them.

use std::time::Duration;

use jiff::SignedDuration;

/// Clocks do not reach as far as durations do.
const LONGEST_WAIT: Duration = Duration::from_secs(8760 * 3600);

/// A time to wait: positive, and no longer than anybody waits.
///
/// # Errors
/// What is wrong with it, as sentences.
pub fn wait(text: &str) -> Result<Duration, String> {
    match duration(text) {
        Some(wait) if wait > LONGEST_WAIT => Err(format!(
            "{text:?} is longer than anybody waits. Write at most \"8760h\", which is a year."
        )),
        Some(wait) => Ok(wait),
        None => Err(format!(
            "{text:?} is no positive duration. Write a number with a unit, such as \"30s\", \"5m\" or \"1h30m\"."
        )),
    }
}

/// A positive duration as Terraform users write it: `30s`, `1h30m`, `500ms`.
pub fn duration(text: &str) -> Option<Duration> {
    let parsed: SignedDuration = text.parse().ok()?;
    Duration::try_from(parsed)
        .ok()
        .filter(|duration| !duration.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_terraform_users_write_them() {
        assert_eq!(duration("30s"), Some(Duration::from_secs(30)));
        assert_eq!(duration("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        for nonsense in ["", "0s", "-5s", "5", "soon"] {
            assert_eq!(duration(nonsense), None, "{nonsense}");
        }
    }
}

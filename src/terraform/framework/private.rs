//! Private state: small facts that travel with an object and that the user does not see.
//!
//! Terraform loses them unless every answer repeats them, hence they are part of every operation's result.

use std::collections::BTreeMap;

use crate::terraform::language::Diagnostic;

/// Facts by name. On the wire: a JSON object of strings, or nothing at all when there is no fact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private(BTreeMap<String, String>);

impl Private {
    /// Reads what an earlier answer held.
    ///
    /// # Errors
    /// When the bytes are not what [`Private::encode`] writes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Diagnostic> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(bytes).map(Self).map_err(|cause| {
            Diagnostic::error(
                "Private state cannot be read",
                format!("The private part of the stored state is not a JSON object of strings ({cause}). Please report this with the provider's version."),
            )
        })
    }

    /// The bytes that Terraform keeps.
    pub fn encode(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        serde_json::to_vec(&self.0).unwrap_or_default()
    }

    /// The fact `name`.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets the fact `name`, or forgets it.
    pub fn set_fact(&mut self, name: &str, fact: Option<String>) {
        match fact {
            Some(fact) => self.0.insert(name.to_owned(), fact),
            None => self.0.remove(name),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_survive_the_way_through_terraform() {
        let mut private = Private::default();
        private.set_fact("created", Some("2026-01-01T00:00:00Z".to_owned()));

        let again = Private::decode(&private.encode());

        assert_eq!(again, Ok(private));
    }

    #[test]
    fn no_fact_is_no_byte_and_no_byte_is_no_fact() {
        assert_eq!(Private::default().encode(), Vec::<u8>::new());
        assert_eq!(Private::decode(b""), Ok(Private::default()));
    }

    #[test]
    fn foreign_bytes_are_an_error_that_asks_for_a_report() {
        let error = Private::decode(b"[1]").unwrap_err();

        assert!(error.detail.contains("report"), "{}", error.detail);
    }
}

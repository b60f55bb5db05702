//! Patterns of names: `*` stands for any number of letters, `?` for one.

use crate::resources::object::member::fits_bucket_name;
use crate::terraform::language::Value;

/// A pattern that a whole name matches or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern of a text, which satisfies [`pattern`].
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// What every name matches.
    pub fn all() -> Self {
        Self::new("*")
    }

    /// The only name that matches, if there is only one.
    pub fn literal(&self) -> Option<&str> {
        (!self.0.contains(['*', '?'])).then_some(&self.0)
    }

    /// Whether a name matches. It takes no more steps than the product of both lengths.
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (self.0.as_bytes(), name.as_bytes());
        let (mut at, mut position) = (0, 0);
        // Where the last `*` stands, and how far the name was when it was met.
        let mut star: Option<(usize, usize)> = None;
        while position < name.len() {
            match pattern.get(at) {
                Some(b'*') => {
                    star = Some((at, position));
                    at += 1;
                }
                Some(letter) if *letter == b'?' || *letter == name[position] => {
                    at += 1;
                    position += 1;
                }
                _ => match &mut star {
                    // The star stands for one letter more.
                    Some((of_star, met)) => {
                        *met += 1;
                        (at, position) = (*of_star + 1, *met);
                    }
                    None => return false,
                },
            }
        }
        pattern[at..].iter().all(|letter| *letter == b'*')
    }
}

/// What may be a pattern of names of lattices and buckets.
///
/// # Errors
/// What is wrong with it, as sentences.
pub fn pattern(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let fits = |letter: char| fits_bucket_name(letter) || matches!(letter, '*' | '?');
    match !text.is_empty() && text.len() <= 255 && text.chars().all(fits) {
        true => Ok(()),
        false => Err(format!(
            "{text:?} is not a pattern of names. Use 1 to 255 letters, digits, '_' and '-', with '*' for any letters and '?' for one letter."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_letters_and_a_question_mark_is_one() {
        for (text, name, matches) in [
            ("*", "", true),
            ("*", "prod", true),
            ("prod", "prod", true),
            ("prod", "prod2", false),
            ("prod", "pro", false),
            ("prod-*", "prod-eu", true),
            ("prod-*", "prod", false),
            ("*-eu", "prod-eu-eu", true),
            ("p*d", "pd", true),
            ("p*d", "prod1", false),
            ("p?d", "pod", true),
            ("p?d", "pd", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("a**b", "ab", true),
            ("", "", true),
        ] {
            assert_eq!(Pattern::new(text).matches(name), matches, "{text} {name}");
        }
        let long = "a".repeat(10_000);
        assert!(!Pattern::new(&"*a".repeat(100)).matches(&(long + "b")));
    }

    #[test]
    fn a_pattern_has_the_letters_of_a_name_and_its_own() {
        for good in ["*", "prod-?", "A_1"] {
            assert_eq!(pattern(&good.into()), Ok(()));
        }
        for bad in ["", "a.b", "a b", "a>", &"x".repeat(256)] {
            assert!(pattern(&bad.into()).is_err(), "{bad}");
        }
        assert_eq!(Pattern::new("prod").literal(), Some("prod"));
        assert_eq!(Pattern::all().literal(), None);
    }
}

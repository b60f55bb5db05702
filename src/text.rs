//! Text for people, put together in one place: lists, counts, quotes.

use std::any::Any;

/// What a reader may choose from: `a`, `a or b`, `a, b or c`.
pub(crate) fn alternatives(choices: &[String]) -> String {
    match choices {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What a panic said, if that was a text.
pub(crate) fn of_panic(payload: &(dyn Any + Send)) -> Option<&str> {
    let literal = payload.downcast_ref::<&'static str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// With a capital, as a title begins.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A number of things, in the plural where there is not exactly one: `1 key`, `2 keys`.
pub fn count(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    #[test]
    fn a_reader_can_choose_from_any_number_of_alternatives() {
        let choices = ["a", "b", "c"].map(str::to_owned);

        assert_eq!(alternatives(&[]), "");
        assert_eq!(alternatives(&choices[..1]), "a");
        assert_eq!(alternatives(&choices[..2]), "a or b");
        assert_eq!(alternatives(&choices), "a, b or c");
    }

    #[tokio::test]
    async fn a_panic_says_its_text_if_it_has_one() {
        let literal = tokio::spawn(async { panic!("plain") }).await;
        let formatted = tokio::spawn(async { panic!("made of {}", 2) }).await;
        let other = tokio::spawn(async { panic::panic_any(7) }).await;
        let [literal, formatted, other] = [literal, formatted, other]
            .map(|ended: Result<(), _>| ended.expect_err("a panic").into_panic());

        assert_eq!(of_panic(&*literal), Some("plain"));
        assert_eq!(of_panic(&*formatted), Some("made of 2"));
        assert_eq!(of_panic(&*other), None);
    }

    #[test]
    fn a_title_begins_with_a_capital() {
        assert_eq!(capitalised("the argument"), "The argument");
        assert_eq!(capitalised("über"), "Über");
        assert_eq!(capitalised(""), "");
    }

    #[test]
    fn one_is_not_in_the_plural() {
        assert_eq!(count(1, "key"), "1 key");
        assert_eq!([count(0, "key"), count(2, "key")], ["0 keys", "2 keys"]);
    }
}

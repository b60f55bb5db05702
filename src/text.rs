//! Text for people, put together in one place: lists, counts, quotes.

use std::any::Any;
use std::borrow::Cow;

/// The longest text of somebody else that is shown, in characters.
const LONGEST_FOREIGN_TEXT: usize = 1024;
/// The longest text that is put together of several, in characters: Terraform prints nothing longer that one reads.
const LONGEST_TEXT: usize = 32 * 1024;

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

/// Text that comes from a server, a file or a variable, as it may stand in a diagnostic or a log: letters that steer a
/// terminal, change the direction of writing or break the line are escaped (`\u{1b}`), and what is too long is cut.
/// Every such text passes here.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, LONGEST_FOREIGN_TEXT, is_printable)
}

/// The same for a text of several lines that holds texts of others, each of which has passed [`printable`]: should one
/// have been forgotten, it steers nothing either.
pub(crate) fn printable_lines(text: &str) -> Cow<'_, str> {
    escaped(text, LONGEST_TEXT, |letter| {
        letter == '\n' || is_printable(letter)
    })
}

fn escaped(text: &str, longest: usize, is_shown: fn(char) -> bool) -> Cow<'_, str> {
    if text.len() <= longest && text.chars().all(is_shown) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for letter in text.chars().take(longest) {
        match is_shown(letter) {
            true => shown.push(letter),
            false => shown.extend(letter.escape_debug()),
        }
    }
    if text.chars().nth(longest).is_some() {
        shown += &format!("... ({} bytes)", text.len());
    }
    Cow::Owned(shown)
}

/// A name as one word of a shell command (POSIX): in single quotes unless every letter of it is plain.
pub(crate) fn shell_word(name: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.,:/@%+=".contains(letter);
    match !name.is_empty() && name.chars().all(is_plain) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(format!("'{}'", printable(name).replace('\'', "'\\''"))),
    }
}

/// Whether a letter is shown as itself and moves nothing else: Rust's own judgement, by Unicode's categories.
pub(crate) fn is_printable(letter: char) -> bool {
    letter.is_ascii_graphic() || letter == ' ' || letter.escape_debug().len() == 1
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
    fn text_of_others_cannot_steer_a_terminal_or_fill_it() {
        for (text, shown) in [
            ("plain 'text' \"ü\" 漢字 \\", "plain 'text' \"ü\" 漢字 \\"),
            ("\u{1b}[2J\r\n\t\u{7}", "\\u{1b}[2J\\r\\n\\t\\u{7}"),
            (
                "\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}",
                "\\u{202e}\\u{2066}\\u{200b}\\u{feff}\\u{2028}",
            ),
            ("\u{9b}31m\u{e0041}\u{a0}", "\\u{9b}31m\\u{e0041}\\u{a0}"),
        ] {
            assert_eq!(printable(text), shown);
        }
        let long = "é".repeat(2000);
        assert_eq!(
            printable(&long),
            format!("{}... (4000 bytes)", "é".repeat(1024))
        );
    }

    #[test]
    fn a_name_is_one_word_of_a_command() {
        for (name, word) in [
            ("KV_LATTICEDATA_default", "KV_LATTICEDATA_default"),
            ("a/b:c.d", "a/b:c.d"),
            ("", "''"),
            ("$(rm)", "'$(rm)'"),
            ("a'b;c", "'a'\\''b;c'"),
            ("a\nb", "'a\\nb'"),
        ] {
            assert_eq!(shell_word(name), word);
        }
    }

    #[test]
    fn lines_stay_in_a_text_of_several_lines() {
        assert_eq!(printable_lines("a\nb"), "a\nb");
        assert_eq!(printable_lines("a\n\u{1b}b\r"), "a\n\\u{1b}b\\r");
        assert!(printable_lines(&"x".repeat(40_000)).len() < 33_000);
    }

    #[test]
    fn one_is_not_in_the_plural() {
        assert_eq!(count(1, "key"), "1 key");
        assert_eq!([count(0, "key"), count(2, "key")], ["0 keys", "2 keys"]);
    }
}

//! Text of unknown origin, made fit for logs and error trackers.

use std::fmt::{self, Display, Write};

/// The most bytes that one text takes, but for the mark that some is missing.
const LIMIT: usize = 256;

/// The most links of a chain of errors that are looked at.
#[cfg(any(feature = "log", feature = "sentry"))]
pub(super) const MOST_LINKS: usize = 16;

/// What `value` shows, in at most [`LIMIT`] bytes, without anything that could begin a line of its
/// own, move a terminal's cursor or turn the reading direction.
pub(super) fn safe(value: impl Display) -> String {
    let mut out = Limited(String::new());
    // An error says that the text was cut, or that its `Display` gave up: what there is will do.
    let _ = write!(out, "{value}");
    out.0
}

struct Limited(String);

impl Write for Limited {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| {
            let before = self.0.len();
            if is_deceptive(c) {
                self.0.extend(c.escape_default());
            } else {
                self.0.push(c);
            }
            if self.0.len() <= LIMIT {
                return Ok(());
            }
            self.0.truncate(before);
            self.0.push('…');
            Err(fmt::Error)
        })
    }
}

/// Control characters (line breaks and the ESC of terminals are among them), and those that are
/// invisible, end lines or turn the reading direction.
fn is_deceptive(c: char) -> bool {
    let is_invisible = matches!(c,
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}');
    c.is_control() || is_invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deceptive_characters_are_escaped_and_others_are_not() {
        assert_eq!(safe("Grüße, 世界 🪣 \\ \" {}"), "Grüße, 世界 🪣 \\ \" {}");
        assert_eq!(safe("a\r\nb\tc\0"), r"a\r\nb\tc\u{0}");
        assert_eq!(safe("\u{1b}[31mred\u{9b}0m"), r"\u{1b}[31mred\u{9b}0m");
        assert_eq!(safe("\u{202e}fdp.exe\u{2066}\u{2028}\u{85}"), r"\u{202e}fdp.exe\u{2066}\u{2028}\u{85}");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(safe("a".repeat(LIMIT)), "a".repeat(LIMIT));
        assert_eq!(safe("a".repeat(LIMIT + 1)), format!("{}…", "a".repeat(LIMIT)));
        assert_eq!(safe("世".repeat(LIMIT)), format!("{}…", "世".repeat(LIMIT / 3)));
        assert_eq!(safe(format!("{}\n", "a".repeat(LIMIT - 1))), format!("{}…", "a".repeat(LIMIT - 1)));
    }
}

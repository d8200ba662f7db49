use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Whether a browser shows content or saves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It may be shown in the browser's window.
    Inline,
    /// It is saved as a file.
    Attachment,
}

/// The longest file name in a header, in bytes. With it a whole value stays below the 1024 bytes
/// that [`Attributes`](buckets::Attributes) takes.
const MAX_NAME_LEN: usize = 240;

/// What RFC 8187 calls `attr-char` stays as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Writes a `Content-Disposition` (RFC 6266) that any client reads as this file name.
///
/// Directories, control characters and characters that turn the direction of writing are left out
/// of the name, and it is cut to 240 bytes. A name that is more than plain ASCII comes twice: as
/// `filename*` (RFC 8187), and as `filename` with `_` in place of what old clients cannot read.
///
/// ```
/// use buckets_tower::axum::{Disposition, content_disposition};
///
/// let plain = content_disposition(Disposition::Inline, "photo.jpg");
/// assert_eq!(plain, "inline; filename=\"photo.jpg\"");
/// let greek = content_disposition(Disposition::Attachment, "π.txt");
/// assert_eq!(greek, "attachment; filename=\"_.txt\"; filename*=UTF-8''%CF%80.txt");
/// ```
pub fn content_disposition(disposition: Disposition, filename: &str) -> String {
    let name = harmless(filename);
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let disposition = match disposition {
        Disposition::Inline => "inline",
        Disposition::Attachment => "attachment",
    };
    if plain == name {
        format!("{disposition}; filename=\"{plain}\"")
    } else {
        format!("{disposition}; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(&name, ENCODED))
    }
}

fn harmless(filename: &str) -> String {
    let name = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = name.chars().filter(|c| !c.is_control() && !turns_direction(*c)).collect();
    match clean.trim() {
        "" | "." | ".." => "file".to_owned(),
        clean => shorten(clean).to_owned(),
    }
}

fn shorten(name: &str) -> &str {
    &name[..name.floor_char_boundary(MAX_NAME_LEN)]
}

/// Unicode's directional formatting characters: with them `gpj.exe` can be made to look like `exe.jpg`.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether every client reads the character as itself: quotes and backslashes are escaped in many
/// ways, some clients decode percent signs, and some end a parameter at any semicolon.
fn is_plain(c: char) -> bool {
    (c == ' ' || c.is_ascii_graphic()) && !matches!(c, '"' | '\\' | '%' | ';')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_name_makes_one_header_that_gives_it_back(name in any::<String>()) {
            let value = content_disposition(Disposition::Attachment, &name);
            prop_assert!(value.len() <= 1024);
            prop_assert!(value.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{value:?}");
            let (plain, extended) = read(&value);
            let expected = harmless(&name);
            prop_assert_eq!(extended.unwrap_or_else(|| plain.clone()), expected);
            prop_assert!(!plain.contains(['/', '\\', '"']));
        }
    }

    #[test]
    fn hostile_names() {
        let write = |name| content_disposition(Disposition::Attachment, name);
        assert_eq!(write("../../etc/passwd"), "attachment; filename=\"passwd\"");
        assert_eq!(write("a\r\nSet-Cookie: x"), "attachment; filename=\"aSet-Cookie: x\"");
        assert_eq!(
            write("x\"; evil=\"y"),
            "attachment; filename=\"x__ evil=_y\"; filename*=UTF-8''x%22%3B%20evil%3D%22y"
        );
        assert_eq!(write("photo\u{202e}gpj.exe"), "attachment; filename=\"photogpj.exe\"");
        assert_eq!(write(".."), "attachment; filename=\"file\"");
        assert_eq!(write(""), "attachment; filename=\"file\"");
    }

    /// Reads the two names, each by the letter of its own grammar.
    fn read(value: &str) -> (String, Option<String>) {
        let rest = value.strip_prefix("attachment; filename=\"").expect("a quoted name");
        let (plain, rest) = rest.split_once('"').expect("the closing quote");
        let extended = (!rest.is_empty()).then(|| {
            let encoded = rest.strip_prefix("; filename*=UTF-8''").expect("the extended name");
            let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8().expect("UTF-8");
            decoded.into_owned()
        });
        (plain.to_owned(), extended)
    }
}

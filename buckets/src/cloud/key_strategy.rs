use uuid::Uuid;

use crate::error::Result;
use crate::key::Key;

/// How the key of a new object is made. The cloud's base prefix goes in front of it.
///
/// A function `Fn(Uuid, &str) -> Result<Key>` is one:
///
/// ```
/// use buckets::adapter::Memory;
/// use buckets::{Cloud, Key};
///
/// let cloud = Cloud::builder("uploads", Memory::new())
///     .key_strategy(|id: uuid::Uuid, _filename: &str| Key::new(id.to_string()))
///     .build();
/// ```
pub trait KeyStrategy: Send + Sync + 'static {
    /// The key of the object with this id and file name. `filename` is what the client sent, made
    /// harmless as by [`normalize_filename`] only if the strategy does so.
    ///
    /// # Errors
    /// What [`Key::new`] says of the key made.
    fn key(&self, id: Uuid, filename: &str) -> Result<Key>;
}

impl<F: Fn(Uuid, &str) -> Result<Key> + Send + Sync + 'static> KeyStrategy for F {
    fn key(&self, id: Uuid, filename: &str) -> Result<Key> {
        self(id, filename)
    }
}

/// The default: `<id>/<normalised file name>`, so that no two uploads meet and the name can be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct UuidKeys;

impl KeyStrategy for UuidKeys {
    fn key(&self, id: Uuid, filename: &str) -> Result<Key> {
        Key::new(format!("{id}/{}", normalize_filename(filename)))
    }
}

/// The longest name that [`normalize_filename`] gives, in bytes.
const MAX_LEN: usize = 200;
/// The longest extension it keeps, in bytes with the dot.
const MAX_EXTENSION_LEN: usize = 32;

/// Makes a file name that any store and shell can bear of one that a client sent.
///
/// Takes what is behind the last `/` or `\`; keeps letters and digits of any script, `.`, `_` and
/// `-`; turns white space into `_`; drops the rest, and dots and dashes at the beginning; cuts to
/// 200 bytes, keeping the extension; gives `file` if nothing is left.
///
/// ```
/// use buckets::normalize_filename;
///
/// assert_eq!(normalize_filename("Annual report (final).pdf"), "Annual_report_final.pdf");
/// assert_eq!(normalize_filename("../../etc/passwd"), "passwd");
/// assert_eq!(normalize_filename("文件.pdf"), "文件.pdf");
/// assert_eq!(normalize_filename("…"), "file");
/// ```
pub fn normalize_filename(filename: &str) -> String {
    let name = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = name
        .trim()
        .chars()
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || matches!(c, '.' | '_' | '-') => Some(c),
            c if c.is_whitespace() => Some('_'),
            _ => None,
        })
        .collect();
    let kept = kept.trim_start_matches(['.', '-']).trim_end_matches('.');
    match kept {
        "" => "file".to_owned(),
        _ if kept.len() <= MAX_LEN => kept.to_owned(),
        _ => {
            let extension = kept.rfind('.').map_or("", |dot| &kept[dot..]);
            let extension = if extension.len() <= MAX_EXTENSION_LEN { extension } else { "" };
            let stem = &kept[..kept.floor_char_boundary(MAX_LEN - extension.len())];
            format!("{stem}{extension}")
        }
    }
}

/// The client's file name without directories and control characters, cut to 255 bytes: what an
/// [`Object`](super::Object) shows to people.
///
/// It can be a segment of a key, for a [`KeyStrategy`] that keeps names as they came:
///
/// ```
/// use buckets::{Key, display_filename};
///
/// assert_eq!(display_filename("C:\\photos\\My holiday.jpg"), "My holiday.jpg");
/// assert_eq!(display_filename(".."), "file");
/// assert!(Key::new(format!("4711/{}", display_filename("a\0b"))).is_ok());
/// ```
pub fn display_filename(filename: &str) -> String {
    let name = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = name.chars().filter(|c| !c.is_control()).collect();
    match clean.trim() {
        "" | "." | ".." => "file".to_owned(),
        clean => clean[..clean.floor_char_boundary(255)].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_harmless() {
        for (name, expected) in [
            ("", "file"),
            ("..", "file"),
            ("....", "file"),
            ("/", "file"),
            ("a/", "file"),
            ("C:\\x\\y.txt", "y.txt"),
            (".htaccess", "htaccess"),
            ("-rf", "rf"),
            ("a\r\nb\0\"c.txt", "a__bc.txt"),
            ("\u{202e}gpj.exe", "gpj.exe"),
            ("x.", "x"),
        ] {
            assert_eq!(normalize_filename(name), expected, "{name:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension_and_make_a_key() {
        let name = normalize_filename(&format!("{}.tar.gz", "ä".repeat(300)));
        assert!(name.len() <= MAX_LEN && name.ends_with("ä.gz"), "{name}");
        assert!(UuidKeys.key(Uuid::nil(), &name).is_ok());
        assert!(normalize_filename(&format!("a.{}", "b".repeat(300))).len() <= MAX_LEN);
        assert_eq!(display_filename("dir/My \u{7}résumé.pdf"), "My résumé.pdf");
        assert_eq!(display_filename("../.."), "file");
    }
}

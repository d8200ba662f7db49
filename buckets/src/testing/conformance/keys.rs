//! Odd but valid keys: each names an object of its own, byte for byte, in every operation.

use super::behaviour::behaviours;
use super::failure::{Checked, Failure, ensure, same};
use super::session::Session;
use crate::key::Key;
use crate::operation::{Copy, Delete, List, OperationKind};

behaviours! { "keys" {
    percent_signs_are_not_decoded: PUT GET;
    spaces_are_kept: PUT GET;
    characters_of_urls_are_kept: PUT GET;
    characters_of_xml_and_shells_are_kept: PUT GET;
    characters_beyond_ascii_are_kept: PUT GET;
    composed_and_decomposed_forms_are_two_keys: PUT GET;
    emoji_and_joiners_are_kept: PUT GET;
    text_from_right_to_left_is_kept: PUT GET;
    case_is_kept: PUT GET;
    leading_dashes_and_dots_are_kept: PUT GET;
    trailing_dots_and_spaces_are_kept: PUT GET;
    names_that_some_systems_reserve: PUT GET;
    names_of_staging_files_and_sidecars: PUT GET;
    the_reserved_segment_further_down_is_a_name: PUT GET;
    the_longest_segment: PUT GET;
    the_longest_segment_beyond_ascii: PUT GET;
    the_longest_key: PUT GET;
    many_segments: PUT GET;
    an_object_and_a_directory_of_one_name: PUT GET;
}}

async fn percent_signs_are_not_decoded(session: &Session) -> Checked {
    distinct(session, &["%2e%2e/a", "%2E%2E/a", "a%2fb", "%25", "%", "100%", "%zz", "a%00b", "%c3%a9"]).await
}

async fn spaces_are_kept(session: &Session) -> Checked {
    distinct(session, &["a b", "a  b", "a+b", "a%20b", "ab", " a", "in a dir/a b"]).await
}

async fn characters_of_urls_are_kept(session: &Session) -> Checked {
    distinct(session, &["a?b", "a#b", "a&b=c", "a;b", "a:b", "a@b", "http:/a", "a=b", "a,b", "a$b", "a!b"]).await
}

async fn characters_of_xml_and_shells_are_kept(session: &Session) -> Checked {
    distinct(session, &["<a>", "&amp;", "'a'", "\"a\"", "*", "a*", "?", "[a]", "{a}", "$(a)", "`a`", "a|b", "~", "^"])
        .await
}

async fn characters_beyond_ascii_are_kept(session: &Session) -> Checked {
    distinct(session, &["ä/文件.pdf", "Ω", "ß", "ss", "ſ", "\u{a0}", "\u{2028}", "\u{feff}a", "a\u{200b}", "\u{fffd}"])
        .await
}

async fn composed_and_decomposed_forms_are_two_keys(session: &Session) -> Checked {
    distinct(session, &["\u{e9}", "e\u{301}", "\u{c5}", "\u{212b}", "A\u{30a}", "\u{fb01}", "fi"]).await
}

async fn emoji_and_joiners_are_kept(session: &Session) -> Checked {
    distinct(session, &["🗝", "👩‍🔧", "👩🔧", "🇪🇺", "❤", "❤\u{fe0f}", "dir 🗂/📄"]).await
}

async fn text_from_right_to_left_is_kept(session: &Session) -> Checked {
    distinct(session, &["שלום", "مرحبا/ملف", "a\u{202e}gpj.exe", "\u{200f}a"]).await
}

async fn case_is_kept(session: &Session) -> Checked {
    distinct(session, &["readme", "README", "ReadMe", "I", "i", "ı", "İ"]).await
}

async fn leading_dashes_and_dots_are_kept(session: &Session) -> Checked {
    distinct(session, &["-rf", "--", "-", ".a", "..a", "...", "a/.b", "a/-c", ".a.", ".hidden/a"]).await
}

async fn trailing_dots_and_spaces_are_kept(session: &Session) -> Checked {
    distinct(session, &["a", "a.", "a..", "a ", "a  ", "dir./b", "dir /b", "b. "]).await
}

async fn names_that_some_systems_reserve(session: &Session) -> Checked {
    distinct(session, &["CON", "NUL", "nul.txt", "COM1", "LPT9.log", "AUX/a", "C:", "desktop.ini", "$MFT", "a:b"]).await
}

async fn names_of_staging_files_and_sidecars(session: &Session) -> Checked {
    distinct(
        session,
        &[
            "a",
            "a#1",
            "a.tmp",
            "a~",
            ".a.swp",
            "a.part",
            "a.meta",
            "a.json",
            "staging/a",
            "meta/a",
            ".meta",
            ".staging",
        ],
    )
    .await
}

async fn the_reserved_segment_further_down_is_a_name(session: &Session) -> Checked {
    // Only as the first segment is it kept for the store.
    distinct(session, &[".buckets/a", "dir/.buckets", ".bucketsa"]).await
}

async fn the_longest_segment(session: &Session) -> Checked {
    let (one, two) = ("x".repeat(255), "x".repeat(254) + "y");
    distinct(session, &[&one, &two, &one[..254], &format!("dir/{one}/{two}")]).await
}

async fn the_longest_segment_beyond_ascii(session: &Session) -> Checked {
    let (two, three, four) = ("é".repeat(127) + "x", "文".repeat(85), "🗝".repeat(63) + "abc");
    distinct(session, &[&two, &three, &four]).await
}

async fn the_longest_key(session: &Session) -> Checked {
    let room = Key::MAX_LEN - session.directory().len();
    let long = "abcdefghi/".repeat(room / 10 + 1);
    let one = long[..room - 1].to_owned() + "1";
    let two = long[..room - 1].to_owned() + "2";
    distinct(session, &[&one, &two]).await
}

async fn many_segments(session: &Session) -> Checked {
    let room = Key::MAX_LEN - session.directory().len();
    let deep = "a/".repeat(room / 2 - 1) + "b";
    distinct(session, &[&deep, &deep.replacen("a/a", "a/c", 1)]).await
}

async fn an_object_and_a_directory_of_one_name(session: &Session) -> Checked {
    // A file system may refuse the second, but must not lose the first.
    let orders = [["first", "first/below"], ["second/below", "second"]];
    for [one, two] in orders {
        session.put(&session.key(one)?, one).await?;
        let second = session.put(&session.key(two)?, two).await;
        session.holds(&session.key(one)?, one.as_bytes()).await?;
        match second {
            Ok(_) => session.holds(&session.key(two)?, two.as_bytes()).await?,
            Err(error) => same("refusal of the second", error.kind(), crate::ErrorKind::AlreadyExists)?,
        }
    }
    Ok(())
}

/// Stores an object at each name, each with another content, and expects every operation to find its own.
async fn distinct(session: &Session, names: &[&str]) -> Checked {
    for &name in names {
        let key = session.key(name)?;
        let meta = session.put(&key, name.to_owned()).await.map_err(|error| about("put", name, error.into()))?;
        ensure(meta.key == key, "`put` answered another key").map_err(|failure| about("put", name, failure))?;
    }
    for &name in names {
        own(session, name).await.map_err(|failure| about("reading", name, failure))?;
    }
    listed(session, names).await?;
    for (number, &name) in names.iter().enumerate() {
        copied(session, name, number).await.map_err(|failure| about("copying", name, failure))?;
    }
    for (number, &name) in names.iter().enumerate() {
        let rest = &names[number + 1..];
        deleted(session, name, rest).await.map_err(|failure| about("deleting", name, failure))?;
    }
    Ok(())
}

async fn own(session: &Session, name: &str) -> Checked {
    let key = session.key(name)?;
    session.holds(&key, name.as_bytes()).await?;
    let (meta, _) = session.read(&key).await?;
    ensure(meta.key == key, "`get` answered another key")?;
    if session.supports(OperationKind::Head) {
        ensure(session.head(&key).await?.key == key, "`head` answered another key")?;
    }
    Ok(())
}

async fn listed(session: &Session, names: &[&str]) -> Checked {
    if !session.supports(OperationKind::List) {
        return Ok(());
    }
    let mut expected: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
    expected.sort_unstable();
    let page = session.call(List::new(session.prefix("")?)).await?;
    same("keys listed", session.names(&page), expected)?;
    for &name in names {
        let page = session.call(List::new(session.prefix(name)?)).await?;
        ensure(session.names(&page).iter().any(|listed| listed == name), "not found by itself as a prefix")
            .map_err(|failure| about("listing", name, failure))?;
    }
    Ok(())
}

/// There and back again, over a plain key.
async fn copied(session: &Session, name: &str, number: usize) -> Checked {
    if !session.supports(OperationKind::Copy) {
        return Ok(());
    }
    let (key, plain) = (session.key(name)?, session.key(&format!("plain copy {number}"))?);
    session.call(Copy::new(key.clone(), plain.clone())).await?;
    session.holds(&plain, name.as_bytes()).await?;
    session.put(&plain, "back").await?;
    session.call(Copy::new(plain, key.clone())).await?;
    session.holds(&key, b"back").await?;
    session.put(&key, name.to_owned()).await?;
    Ok(())
}

async fn deleted(session: &Session, name: &str, rest: &[&str]) -> Checked {
    if !session.supports(OperationKind::Delete) {
        return Ok(());
    }
    let key = session.key(name)?;
    let deleted = session.call(Delete::new(key.clone())).await?;
    ensure(deleted.existed != Some(false), "the object is said not to have existed")?;
    session.is_absent(&key).await?;
    // The others must not have gone with it.
    for &name in rest {
        session.holds(&session.key(name)?, name.as_bytes()).await?;
    }
    Ok(())
}

fn about(what: &str, name: &str, failure: Failure) -> Failure {
    failure.within(&format!("{what} `{}`", name.escape_debug()))
}

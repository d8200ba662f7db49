//! A chain of errors as one line.

use std::error::Error as StdError;

use crate::handlers::text::{MOST_LINKS, safe};

/// The error and its sources, outermost first. A source that the one before has told already is left out.
pub(super) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = safe(error);
    let mut told = text.clone();
    let mut link = error.source();
    for _ in 0..MOST_LINKS {
        let Some(source) = link else { break };
        let words = safe(source);
        if !told.contains(&words) {
            text = format!("{text}: {words}");
            told = words;
        }
        link = source.source();
    }
    // Escaped already, so that this can only cut.
    safe(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorKind};

    #[test]
    fn a_chain_tells_each_cause_once() {
        let disk = std::io::Error::other("no space\nleft");
        let error = Error::new(ErrorKind::Io, "the disk failed").with_source(disk);
        assert_eq!(chain(&error), r"the disk failed: no space\nleft");
        let talkative = Error::new(ErrorKind::Io, "the disk failed: broken").with_source("broken");
        assert_eq!(chain(&talkative), "the disk failed: broken");
    }
}

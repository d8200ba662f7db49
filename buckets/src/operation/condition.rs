use crate::error::{Error, ErrorKind, Result};
use crate::operation::ETag;

/// When an operation may go ahead, judged by the entity tag of the object in the store.
///
/// Follows RFC 9110, section 13: `if_match` fails where there is no object or another one,
/// `if_none_match` where there is such an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    if_match: Option<Match>,
    if_none_match: Option<Match>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Match {
    Any,
    Tag(ETag),
}

impl Match {
    fn holds(&self, current: Option<&ETag>) -> bool {
        match self {
            Self::Any => current.is_some(),
            Self::Tag(tag) => current == Some(tag),
        }
    }
}

impl Condition {
    /// No condition: always.
    pub const fn none() -> Self {
        Self { if_match: None, if_none_match: None }
    }

    /// Only where no object exists (`If-None-Match: *`): create, never replace.
    pub const fn if_absent() -> Self {
        Self { if_match: None, if_none_match: Some(Match::Any) }
    }

    /// Only where some object exists (`If-Match: *`).
    pub const fn if_exists() -> Self {
        Self { if_match: Some(Match::Any), if_none_match: None }
    }

    /// Only where the object has this tag (`If-Match`).
    pub const fn if_match(tag: ETag) -> Self {
        Self { if_match: Some(Match::Tag(tag)), if_none_match: None }
    }

    /// Only where the object does not have this tag (`If-None-Match`).
    pub const fn if_none_match(tag: ETag) -> Self {
        Self { if_match: None, if_none_match: Some(Match::Tag(tag)) }
    }

    /// Whether there is no condition.
    pub const fn is_none(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none()
    }

    /// Whether this is [`if_absent`](Self::if_absent).
    pub const fn is_if_absent(&self) -> bool {
        matches!((&self.if_match, &self.if_none_match), (None, Some(Match::Any)))
    }

    /// The tag of [`if_match`](Self::if_match): `Some(None)` stands for any object.
    pub fn match_tag(&self) -> Option<Option<&ETag>> {
        self.if_match.as_ref().map(Match::tag)
    }

    /// The tag of [`if_none_match`](Self::if_none_match): `Some(None)` stands for any object.
    pub fn none_match_tag(&self) -> Option<Option<&ETag>> {
        self.if_none_match.as_ref().map(Match::tag)
    }

    /// Judges the object now in the store, [`None`] where there is none.
    ///
    /// # Errors
    /// [`AlreadyExists`](ErrorKind::AlreadyExists) where an object stands in the way of
    /// [`if_absent`](Self::if_absent), else [`PreconditionFailed`](ErrorKind::PreconditionFailed).
    pub fn check(&self, current: Option<&ETag>) -> Result<()> {
        if self.if_match.as_ref().is_some_and(|wanted| !wanted.holds(current)) {
            return Err(Error::new(ErrorKind::PreconditionFailed, "the object is not the one asked for by `if_match`"));
        }
        match &self.if_none_match {
            Some(Match::Any) if current.is_some() => {
                Err(Error::new(ErrorKind::AlreadyExists, "an object of this key exists already"))
            }
            Some(unwanted) if unwanted.holds(current) => {
                Err(Error::new(ErrorKind::PreconditionFailed, "the object is still the one named by `if_none_match`"))
            }
            _ => Ok(()),
        }
    }
}

impl Match {
    fn tag(&self) -> Option<&ETag> {
        match self {
            Self::Any => None,
            Self::Tag(tag) => Some(tag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_against_absent_same_and_other() {
        let (one, two) = (ETag::new("1").expect("valid"), ETag::new("2").expect("valid"));
        let kind = |condition: &Condition, current: Option<&ETag>| condition.check(current).err().map(|e| e.kind());
        let (exists, failed) = (Some(ErrorKind::AlreadyExists), Some(ErrorKind::PreconditionFailed));
        let table = [
            (Condition::none(), [None, None, None]),
            (Condition::if_absent(), [None, exists, exists]),
            (Condition::if_exists(), [failed, None, None]),
            (Condition::if_match(one.clone()), [failed, None, failed]),
            (Condition::if_none_match(one.clone()), [None, failed, None]),
        ];
        for (condition, expected) in table {
            let seen = [kind(&condition, None), kind(&condition, Some(&one)), kind(&condition, Some(&two))];
            assert_eq!(seen, expected, "{condition:?}");
        }
    }
}

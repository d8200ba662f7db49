use crate::error::{Error, ErrorKind, Result};
use crate::operation::ETag;

/// When an operation may go ahead, judged by the entity tag of the object in the store.
///
/// Follows RFC 9110, section 13: `if_match` fails where there is no object or another one,
/// `if_none_match` where there is such an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition(Rule);

/// No tag stands for any object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Rule {
    #[default]
    Always,
    IfMatch(Option<ETag>),
    IfNoneMatch(Option<ETag>),
}

impl Condition {
    /// No condition: always.
    pub const fn none() -> Self {
        Self(Rule::Always)
    }

    /// Only where no object exists (`If-None-Match: *`): create, never replace.
    pub const fn if_absent() -> Self {
        Self(Rule::IfNoneMatch(None))
    }

    /// Only where some object exists (`If-Match: *`).
    pub const fn if_exists() -> Self {
        Self(Rule::IfMatch(None))
    }

    /// Only where the object has this tag (`If-Match`).
    pub const fn if_match(tag: ETag) -> Self {
        Self(Rule::IfMatch(Some(tag)))
    }

    /// Only where the object does not have this tag (`If-None-Match`).
    pub const fn if_none_match(tag: ETag) -> Self {
        Self(Rule::IfNoneMatch(Some(tag)))
    }

    /// Whether there is no condition.
    pub const fn is_none(&self) -> bool {
        matches!(self.0, Rule::Always)
    }

    /// Whether this is [`if_absent`](Self::if_absent).
    pub const fn is_if_absent(&self) -> bool {
        matches!(self.0, Rule::IfNoneMatch(None))
    }

    /// The tag of [`if_match`](Self::if_match): `Some(None)` stands for any object.
    pub fn match_tag(&self) -> Option<Option<&ETag>> {
        match &self.0 {
            Rule::IfMatch(tag) => Some(tag.as_ref()),
            _ => None,
        }
    }

    /// The tag of [`if_none_match`](Self::if_none_match): `Some(None)` stands for any object.
    pub fn none_match_tag(&self) -> Option<Option<&ETag>> {
        match &self.0 {
            Rule::IfNoneMatch(tag) => Some(tag.as_ref()),
            _ => None,
        }
    }

    /// Judges the object now in the store, [`None`] where there is none.
    ///
    /// # Errors
    /// [`AlreadyExists`](ErrorKind::AlreadyExists) where an object stands in the way of
    /// [`if_absent`](Self::if_absent), else [`PreconditionFailed`](ErrorKind::PreconditionFailed).
    pub fn check(&self, current: Option<&ETag>) -> Result<()> {
        match &self.0 {
            Rule::IfMatch(tag) if current.is_none() || tag.is_some() && tag.as_ref() != current => {
                Err(Error::new(ErrorKind::PreconditionFailed, "the object is not the one asked for by `if_match`"))
            }
            Rule::IfNoneMatch(None) if current.is_some() => {
                Err(Error::new(ErrorKind::AlreadyExists, "an object of this key exists already"))
            }
            Rule::IfNoneMatch(Some(tag)) if current == Some(tag) => {
                Err(Error::new(ErrorKind::PreconditionFailed, "the object is still the one named by `if_none_match`"))
            }
            _ => Ok(()),
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

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount of US dollars, exact to a millionth of a millionth (a picodollar).
///
/// `Display` is the exact decimal, which [`FromStr`] reads again; serde has it as text, because a float
/// would not be exact. Adding saturates at [`MAX`](Self::MAX), far beyond all money there is.
///
/// ```
/// use buckets::cost::Usd;
///
/// let call: Usd = "0.00000036".parse()?;
/// assert_eq!(call, Usd::from_picos(360_000));
/// assert_eq!(call.saturating_add(Usd::from_dollars(2)).to_string(), "2.00000036");
/// assert_eq!(Usd::from_dollars(3).to_string(), "3.00");
/// # Ok::<(), buckets::cost::InvalidUsd>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(u128);

const PICOS_PER_DOLLAR: u128 = 1_000_000_000_000;
const DECIMALS: usize = 12;

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The most that can be told.
    pub const MAX: Self = Self(u128::MAX);

    /// So many millionths of a millionth of a dollar.
    pub const fn from_picos(picos: u128) -> Self {
        Self(picos)
    }

    /// So many dollars.
    pub const fn from_dollars(dollars: u64) -> Self {
        Self(dollars as u128 * PICOS_PER_DOLLAR)
    }

    /// Millionths of a millionth of a dollar.
    pub const fn picos(self) -> u128 {
        self.0
    }

    /// In dollars, as near as a float can be: for charts, not for sums.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / PICOS_PER_DOLLAR as f64
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Both together, at most [`MAX`](Self::MAX).
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left of it, at least nothing.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Reads digits with at most twelve decimals behind a dot.
    pub(super) const fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (mut picos, mut position, mut decimals) = (0_u128, 0, None);
        while position < bytes.len() {
            match (bytes[position], decimals) {
                (b'.', None) if position > 0 && position + 1 < bytes.len() => decimals = Some(0),
                (digit @ b'0'..=b'9', _) => {
                    let Some(more) = picos.checked_mul(10) else { return None };
                    let Some(more) = more.checked_add((digit - b'0') as u128) else { return None };
                    picos = more;
                    if let Some(places) = decimals {
                        decimals = Some(places + 1);
                    }
                }
                _ => return None,
            }
            position += 1;
        }
        let places = match decimals {
            Some(places) if places <= DECIMALS => places,
            None if position > 0 => 0,
            _ => return None,
        };
        match picos.checked_mul(10_u128.pow((DECIMALS - places) as u32)) {
            Some(picos) => Some(Self(picos)),
            None => None,
        }
    }
}

impl FromStr for Usd {
    type Err = InvalidUsd;

    fn from_str(text: &str) -> Result<Self, InvalidUsd> {
        Self::parse(text).ok_or(InvalidUsd)
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dollars, picos) = (self.0 / PICOS_PER_DOLLAR, self.0 % PICOS_PER_DOLLAR);
        let decimals = format!("{picos:012}");
        // As many decimals as say something, and at least those of cents.
        let shown = decimals.trim_end_matches('0').len().max(2);
        f.pad(&format!("{dollars}.{}", &decimals[..shown]))
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Usd({self})")
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::saturating_add)
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A text that is no amount of dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidUsd;

impl fmt::Display for InvalidUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount of dollars is digits with at most twelve decimals, such as `0.005`")
    }
}

impl std::error::Error for InvalidUsd {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_again() {
        for (picos, text) in [
            (0, "0.00"),
            (1, "0.000000000001"),
            (360_000, "0.00000036"),
            (500_000_000_000, "0.50"),
            (12_000_000_000_000, "12.00"),
            (u128::MAX, "340282366920938463463374607.431768211455"),
        ] {
            assert_eq!(Usd::from_picos(picos).to_string(), text);
            assert_eq!(text.parse(), Ok(Usd::from_picos(picos)));
        }
        assert_eq!("7".parse(), Ok(Usd::from_dollars(7)));
        assert_eq!(format!("{:>8}", Usd::from_dollars(7)), "    7.00");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "0.0000000000001", "1.2.3", "٣"] {
            assert_eq!(text.parse::<Usd>(), Err(InvalidUsd), "{text:?}");
        }
        let too_much = "340282366920938463463374607.431768211456";
        assert!(too_much.parse::<Usd>().is_err() && "9".repeat(60).parse::<Usd>().is_err());
    }

    #[test]
    fn nothing_wraps() {
        assert_eq!(Usd::MAX.saturating_add(Usd::from_picos(1)), Usd::MAX);
        assert_eq!([Usd::MAX, Usd::MAX].into_iter().sum::<Usd>(), Usd::MAX);
        assert_eq!(Usd::ZERO.saturating_sub(Usd::from_picos(1)), Usd::ZERO);
    }

    #[test]
    fn serde_has_it_as_text() {
        let amount = Usd::from_picos(5_000_000_000);
        let text = serde_json::to_string(&amount).expect("serialises");
        assert_eq!(text, "\"0.005\"");
        assert_eq!(serde_json::from_str::<Usd>(&text).expect("reads"), amount);
        assert!(serde_json::from_str::<Usd>("0.005").is_err(), "a float is not exact");
    }
}

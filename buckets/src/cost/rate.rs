use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::Usd;

/// A price for so many: `0.005` per 1000 requests, `0.09` per 1 073 741 824 bytes.
///
/// ```
/// use buckets::cost::{Rate, Usd};
///
/// let put = Rate::new("0.005".parse()?, 1000).unwrap();
/// assert_eq!(put.cost(3), "0.000015".parse()?);
/// # Ok::<(), buckets::cost::InvalidUsd>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    price: Usd,
    per: NonZeroU64,
}

impl Rate {
    /// Nothing, for any number.
    pub const FREE: Self = Self { price: Usd::ZERO, per: NonZeroU64::MIN };

    /// `price` for each `per`; [`None`] if that is 0.
    pub const fn new(price: Usd, per: u64) -> Option<Self> {
        match NonZeroU64::new(per) {
            Some(per) => Some(Self { price, per }),
            None => None,
        }
    }

    /// What `quantity` of it cost, rounded down to a whole picodollar.
    pub const fn cost(self, quantity: u64) -> Usd {
        self.times(quantity, 0)
    }

    /// What `quantity` of it cost at most: rounded up.
    pub(super) const fn cost_at_most(self, quantity: u64) -> Usd {
        self.times(quantity, self.per.get() - 1)
    }

    /// Whether it costs nothing.
    pub const fn is_free(self) -> bool {
        self.price.is_zero()
    }

    /// Exact but for the last division: in whole units and the rest, of which neither product overflows
    /// before the money does.
    const fn times(self, quantity: u64, round: u64) -> Usd {
        let (per, quantity) = (self.per.get() as u128, quantity as u128);
        let (whole, rest) = (self.price.picos() / per, self.price.picos() % per);
        let rest = (rest * quantity + round as u128) / per;
        Usd::from_picos(whole.saturating_mul(quantity).saturating_add(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(price: &str, per: u64) -> Rate {
        Rate::new(price.parse().expect("an amount"), per).expect("not per nothing")
    }

    #[test]
    fn a_part_of_a_picodollar_is_not_lost_between_units() {
        let byte = rate("0.09", 1 << 30);
        assert_eq!(byte.cost(1), Usd::from_picos(83));
        assert_eq!(byte.cost(1 << 30), "0.09".parse().expect("an amount"));
        assert_eq!((byte.cost_at_most(1), byte.cost_at_most(0)), (Usd::from_picos(84), Usd::ZERO));
        assert_eq!(rate("0.005", 1000).cost_at_most(1), rate("0.005", 1000).cost(1), "where it is whole");
    }

    #[test]
    fn the_largest_quantities_and_prices_do_not_wrap() {
        let picos = |rate: Rate| rate.cost(u64::MAX).picos();
        assert_eq!(picos(Rate::new(Usd::from_picos(1), 1).expect("one")), u128::from(u64::MAX));
        let dear = Rate::new(Usd::from_picos(u128::MAX), 1).expect("one");
        assert_eq!((dear.cost(0), dear.cost(1), dear.cost(2)), (Usd::ZERO, Usd::MAX, Usd::MAX));
        let fine = Rate::new(Usd::from_picos(u128::from(u64::MAX) - 1), u64::MAX).expect("many");
        assert_eq!(picos(fine), u128::from(u64::MAX) - 1);
        assert_eq!(fine.cost_at_most(1).picos(), 1);
    }
}

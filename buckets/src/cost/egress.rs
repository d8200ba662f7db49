use serde::{Deserialize, Serialize};

use super::Rate;

/// Where content goes that leaves the store, which decides what that costs.
///
/// It cannot be told from here whether a way is free, such as one within a region: say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EgressZone {
    /// Out of the provider's network; the dearest, and taken for true unless told otherwise.
    #[default]
    Internet,
    /// To another region of the provider.
    InterRegion,
    /// Within the region.
    SameRegion,
    /// By a way that is free for another reason, such as a network the provider has an agreement with.
    Free,
}

/// What it costs, by the byte, when content leaves the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressRates {
    /// Out of the provider's network.
    pub internet: Rate,
    /// To another region; where it is not known that of the Internet is taken, which is no less.
    #[serde(default)]
    pub inter_region: Option<Rate>,
}

impl EgressRates {
    /// Free wherever it goes.
    pub const FREE: Self = Self { internet: Rate::FREE, inter_region: None };

    /// What a byte to there costs.
    pub fn to(&self, zone: EgressZone) -> Rate {
        match zone {
            EgressZone::Internet => self.internet,
            EgressZone::InterRegion => self.inter_region.unwrap_or(self.internet),
            EgressZone::SameRegion | EgressZone::Free => Rate::FREE,
        }
    }
}

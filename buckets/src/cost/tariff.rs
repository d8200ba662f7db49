use std::num::NonZeroU64;
use std::sync::Arc;

use super::{Class, EgressZone, PriceSheet, Rate};
use crate::operation::Op;

/// How a cloud is billed: a price sheet, and what only you know of the cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    sheet: Arc<PriceSheet>,
    zone: EgressZone,
    multipart: Option<Multipart>,
}

/// From which size on, in bytes, uploads are made in parts, and of which size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Multipart {
    above: u64,
    part: NonZeroU64,
}

impl Tariff {
    /// By these prices, with content that goes to the Internet.
    pub fn new(sheet: &PriceSheet) -> Self {
        Self { sheet: Arc::new(sheet.clone()), zone: EgressZone::Internet, multipart: None }
    }

    /// Sets where content goes.
    #[must_use]
    pub fn egress(mut self, zone: EgressZone) -> Self {
        self.zone = zone;
        self
    }

    /// Says that the adapter uploads objects of more than `above` bytes in parts of `part` bytes. Such an
    /// upload is billed as one call that begins it, one for each part, and one that completes it.
    /// Parts of 0 bytes count as parts of 1.
    #[must_use]
    pub fn multipart(mut self, above: u64, part: u64) -> Self {
        self.multipart = Some(Multipart { above, part: NonZeroU64::new(part).unwrap_or(NonZeroU64::MIN) });
        self
    }

    /// The prices.
    pub fn sheet(&self) -> &PriceSheet {
        &self.sheet
    }

    /// Where content goes.
    pub fn zone(&self) -> EgressZone {
        self.zone
    }

    pub(super) fn egress_rate(&self) -> Rate {
        self.sheet.egress.to(self.zone)
    }

    /// The class of `op` and how many calls it makes; [`None`] for an operation that is not built in, of
    /// which neither is known.
    pub(super) fn calls(&self, op: &Op) -> Option<(Class, u64)> {
        if let Op::Put(put) = op {
            return Some(self.calls_of_put(put.body.remaining().unwrap_or(0)));
        }
        let class = self.sheet.classes.of(op.kind()?);
        // Nothing is sent to sign a link.
        Some(class.map_or((Class::Free, 0), |class| (class, 1)))
    }

    /// The class of the calls that store so many bytes, and how many these are.
    pub(super) fn calls_of_put(&self, size: u64) -> (Class, u64) {
        match self.multipart.filter(|multipart| size > multipart.above) {
            Some(Multipart { part, .. }) => (self.sheet.classes.part, size.div_ceil(part.get()).saturating_add(2)),
            None => (self.sheet.classes.put, 1),
        }
    }
}

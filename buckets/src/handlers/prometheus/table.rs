//! The rows of one cloud, by event.

use super::row::{Owner, Row};
use crate::handlers::by_number::ByNumber;
use crate::handlers::metric::Metric;
use crate::telemetry::EventName;

pub(super) struct Table {
    cloud: Box<str>,
    adapter: Box<str>,
    /// By the event's number; nothing for events that no metric is made of.
    rows: ByNumber<Option<Box<Row>>>,
}

impl Table {
    /// With rows of these events from the start; those of others are made when the event first comes.
    pub(super) fn new(metrics: &[Metric], events: &[&'static EventName], cloud: &str, adapter: &str) -> Self {
        let table = Self { cloud: cloud.into(), adapter: adapter.into(), rows: ByNumber::default() };
        for name in events {
            table.row(metrics, name);
        }
        table
    }

    /// The row of `name`, if any metric is made of it.
    #[inline]
    pub(super) fn row(&self, metrics: &[Metric], name: &'static EventName) -> Option<&Row> {
        let make = || Row::new(metrics, name, Owner { cloud: &self.cloud, adapter: &self.adapter }).map(Box::new);
        self.rows.get_or_make(name.id(), make).as_deref()
    }

    /// The rows that are there so far.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().flatten().map(|row| &**row)
    }

    /// The sum of one number of each row.
    pub(super) fn sum(&self, number: impl Fn(&Row) -> u64) -> u64 {
        self.rows().map(number).sum()
    }
}

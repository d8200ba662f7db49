//! The rows of one cloud, by event.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::row::{Owner, Row};
use crate::handlers::metric::Metric;
use crate::telemetry::EventName;

pub(super) struct Table {
    cloud: Box<str>,
    adapter: Box<str>,
    /// Those of events known from the start, indexed by the event's number.
    known: Box<[Option<Arc<Row>>]>,
    /// Those of other events, made when the event first comes.
    others: RwLock<HashMap<usize, Option<Arc<Row>>>>,
}

impl Table {
    /// With rows of these events from the start.
    pub(super) fn new(metrics: &[Metric], events: &[&'static EventName], cloud: &str, adapter: &str) -> Self {
        let mut known = Vec::new();
        for name in events {
            let id = name.id();
            known.resize_with(known.len().max(id + 1), || None);
            known[id] = Row::new(metrics, name, Owner { cloud, adapter }).map(Arc::new);
        }
        let others = RwLock::default();
        Self { cloud: cloud.into(), adapter: adapter.into(), known: known.into(), others }
    }

    /// Calls `with` on the row of `name`, if any metric is made of it.
    #[inline]
    pub(super) fn with_row<R>(
        &self,
        metrics: &[Metric],
        name: &'static EventName,
        with: impl FnOnce(&Row) -> R,
    ) -> Option<R> {
        match self.known.get(name.id()) {
            Some(Some(row)) => Some(with(row)),
            _ => self.other_row(metrics, name).map(|row| with(&row)),
        }
    }

    fn other_row(&self, metrics: &[Metric], name: &'static EventName) -> Option<Arc<Row>> {
        let known = self.others.read().unwrap_or_else(PoisonError::into_inner).get(&name.id()).cloned();
        known.unwrap_or_else(|| {
            let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
            let owner = Owner { cloud: &self.cloud, adapter: &self.adapter };
            others.entry(name.id()).or_insert_with(|| Row::new(metrics, name, owner).map(Arc::new)).clone()
        })
    }

    /// The rows that are there so far.
    pub(super) fn rows(&self) -> Vec<Arc<Row>> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        self.known.iter().chain(others.values()).flatten().cloned().collect()
    }

    /// The sum of one number of each row.
    pub(super) fn sum(&self, number: impl Fn(&Row) -> u64) -> u64 {
        self.rows().iter().map(|row| number(row)).sum()
    }
}

//! The thread that writes lines, packs them into datagrams and sends them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Dialect;
use super::builder::Format;
use super::own::OwnSeries;
use super::series::{Counts, Series};
use super::shared::{Measured, Newcomer, Shared};
use super::stats::add;
use super::transport::Transport;
use crate::handlers::metric::{Sample, Sum};

pub(super) struct Sender {
    shared: Arc<Shared>,
    transport: Transport,
    format: Format,
    interval: Duration,
    gauge_interval: Duration,
    /// When all gauges are sent, changed or not.
    gauges_due: Instant,
    series: HashMap<u32, Reported>,
    packet: Packet,
}

/// A series, and what was said of it.
enum Reported {
    Event { series: Arc<Series>, counts: Counts },
    Own { series: Arc<OwnSeries>, sum: Sum, gauge: Option<f64> },
}

/// Lines that wait for their datagram to be full.
#[derive(Default)]
struct Packet {
    text: String,
    /// How many measurements are in it.
    measurements: u64,
}

impl Sender {
    pub(super) fn new(
        shared: Arc<Shared>,
        transport: Transport,
        format: Format,
        interval: Duration,
        gauge_interval: Duration,
    ) -> Self {
        let (series, packet, gauges_due) = (HashMap::new(), Packet::default(), Instant::now());
        Self { shared, transport, format, interval, gauge_interval, gauges_due, series, packet }
    }

    pub(super) fn run(mut self) {
        loop {
            let is_last = self.shared.is_closed();
            self.round();
            if is_last {
                return;
            }
            std::thread::park_timeout(self.interval);
        }
    }

    /// Sends all that was measured before it.
    fn round(&mut self) {
        let round = self.shared.begin_round();
        self.welcome();
        // No more than fit, so that it comes to an end while others go on measuring.
        for _ in 0..self.shared.timings.capacity() {
            let Some(measured) = self.shared.timings.pop() else { break };
            self.time(measured);
        }
        self.count();
        self.send();
        // Of a cloud that is gone nothing more will come.
        if self.shared.timings.is_empty() {
            self.series.retain(|_, reported| match reported {
                Reported::Event { series, .. } => Arc::strong_count(series) > 1,
                Reported::Own { series, .. } => Arc::strong_count(series) > 1,
            });
        }
        self.shared.end_round(round);
    }

    fn welcome(&mut self) {
        for newcomer in self.shared.take_newcomers() {
            let (number, reported) = match newcomer {
                Newcomer::Event(series) => (series.number, Reported::Event { series, counts: Counts::default() }),
                Newcomer::Own(series) => (series.number, Reported::Own { series, sum: Sum::Whole(0), gauge: None }),
            };
            self.series.insert(number, reported);
        }
    }

    fn time(&mut self, measured: Measured) {
        if !self.series.contains_key(&measured.series) {
            self.welcome();
        }
        let Measured { series, weight, value } = measured;
        let timing = self.format.timing.as_str();
        let rate = if weight > 1.0 { format!("|@{}", 1.0 / weight) } else { String::new() };
        let text = format!("{value}|{timing}{rate}");
        match self.series.get(&series) {
            Some(Reported::Event { series, .. }) => {
                let series = Arc::clone(series);
                self.line_of(&series, "duration", "", 1, &text);
            }
            Some(Reported::Own { series, .. }) => {
                let series = Arc::clone(series);
                self.own_line(&series, 1, &text);
            }
            None => {}
        }
    }

    /// Tells what was counted since the last round, and gauges.
    fn count(&mut self) {
        let now = Instant::now();
        let are_gauges_due = now >= self.gauges_due;
        if are_gauges_due {
            self.gauges_due = now + self.gauge_interval;
        }
        // Put together first, because saying it needs all of this.
        let mut events = Vec::new();
        let mut own = Vec::new();
        for reported in self.series.values_mut() {
            match reported {
                Reported::Event { series, counts } => {
                    let now = series.counts();
                    events.push((Arc::clone(series), std::mem::replace(counts, now.clone()), now));
                }
                Reported::Own { series, sum, gauge } => match series.sample() {
                    Some(Sample::Sum(now)) => {
                        let (count, more) = series.since(now, std::mem::replace(sum, now));
                        if more > 0.0 {
                            own.push((Arc::clone(series), count, format!("{more}|c")));
                        }
                    }
                    Some(Sample::Last { value, .. }) if are_gauges_due || *gauge != Some(value) => {
                        *gauge = Some(value);
                        own.push((Arc::clone(series), 0, format!("{value}|g")));
                    }
                    _ => {}
                },
            }
        }
        for (series, earlier, now) in events {
            self.tell(&series, &earlier, &now, are_gauges_due);
        }
        for (series, count, text) in own {
            self.own_line(&series, count, &text);
        }
    }

    fn tell(&mut self, series: &Series, earlier: &Counts, now: &Counts, are_gauges_due: bool) {
        let since = now.since(earlier);
        for (what, kind, count) in since.each() {
            self.line_of(series, what, kind, count, &format!("{count}|c"));
        }
        if since.bytes() > 0 {
            self.line_of(series, "bytes", "", 0, &format!("{}|c", since.bytes()));
        }
        if now.in_flight() != earlier.in_flight() || (are_gauges_due && now.has_begun()) {
            self.line_of(series, "in_flight", "", 0, &format!("{}|g", now.in_flight()));
        }
    }

    fn line_of(&mut self, series: &Series, what: &str, kind: &str, measurements: u64, value: &str) {
        let tags = [("adapter", &*series.adapter), ("cloud", &*series.cloud), ("error", kind)];
        self.line(&[series.name.as_str(), what], &tags, measurements, value);
    }

    fn own_line(&mut self, series: &OwnSeries, measurements: u64, value: &str) {
        let tags: Vec<_> = series.labels.iter().map(|(name, value)| (*name, &**value)).collect();
        self.line(&[series.definition().name], &tags, measurements, value);
    }

    /// Writes a line that tells of so many measurements.
    fn line(&mut self, name: &[&str], own_tags: &[(&str, &str)], measurements: u64, value: &str) {
        let Format { dialect, prefix, tags, .. } = &self.format;
        let name: Vec<_> = std::iter::once(prefix.as_str()).chain(name.iter().copied()).collect();
        let tags: Vec<_> = own_tags.iter().copied().chain(tags.iter().map(|(key, value)| (&**key, &**value))).collect();
        let mut line = String::new();
        if value.starts_with('-') && *dialect != Dialect::DogStatsD {
            // To all others a gauge with a sign is a difference, so it begins at zero.
            dialect.line(&mut line, &name, format_args!("0|g"), &tags);
            line.push('\n');
        }
        dialect.line(&mut line, &name, format_args!("{value}"), &tags);
        if line.len() > self.format.max_datagram {
            return add(&self.shared.tally.too_large, measurements);
        }
        // With the line break in between.
        if self.packet.text.len() + 1 + line.len() > self.format.max_datagram {
            self.send();
        }
        if !self.packet.text.is_empty() {
            self.packet.text.push('\n');
        }
        self.packet.text.push_str(&line);
        self.packet.measurements += measurements;
    }

    fn send(&mut self) {
        let Packet { text, measurements } = std::mem::take(&mut self.packet);
        if text.is_empty() {
            return;
        }
        let tally = &self.shared.tally;
        match self.transport.send(text.as_bytes()) {
            Ok(()) => {
                add(&tally.sent, measurements);
                add(&tally.packets, 1);
                add(&tally.bytes, text.len() as u64);
            }
            Err(_) => add(&tally.io, measurements),
        }
    }
}

//! The thread that writes lines, packs them into datagrams and sends them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::builder::Format;
use super::series::{Counts, Series};
use super::shared::{Measured, Shared};
use super::stats::add;
use super::transport::Transport;

pub(super) struct Sender {
    shared: Arc<Shared>,
    transport: Transport,
    format: Format,
    interval: Duration,
    series: HashMap<u32, Reported>,
    packet: Packet,
}

/// A series, and what was said of it.
struct Reported {
    series: Arc<Series>,
    counts: Counts,
}

/// Lines that wait for their datagram to be full.
#[derive(Default)]
struct Packet {
    text: String,
    /// How many measurements are in it.
    measurements: u64,
}

impl Sender {
    pub(super) fn new(shared: Arc<Shared>, transport: Transport, format: Format, interval: Duration) -> Self {
        Self { shared, transport, format, interval, series: HashMap::new(), packet: Packet::default() }
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
            self.series.retain(|_, reported| Arc::strong_count(&reported.series) > 1);
        }
        self.shared.end_round(round);
    }

    fn welcome(&mut self) {
        for series in self.shared.take_newcomers() {
            self.series.insert(series.number, Reported { series, counts: Counts::default() });
        }
    }

    fn time(&mut self, measured: Measured) {
        if !self.series.contains_key(&measured.series) {
            self.welcome();
        }
        let Some(reported) = self.series.get(&measured.series) else { return };
        let series = Arc::clone(&reported.series);
        let millis = measured.nanos as f64 / 1e6;
        let timing = self.format.timing.as_str();
        if measured.weight > 1.0 {
            let rate = 1.0 / measured.weight;
            self.line(&series, "duration", "", 1, format_args!("{millis}|{timing}|@{rate}"));
        } else {
            self.line(&series, "duration", "", 1, format_args!("{millis}|{timing}"));
        }
    }

    /// Tells what was counted since the last round.
    fn count(&mut self) {
        let numbers: Vec<_> = self.series.keys().copied().collect();
        for number in numbers {
            let Some(reported) = self.series.get_mut(&number) else { continue };
            let series = Arc::clone(&reported.series);
            let counts = series.counts();
            let earlier = std::mem::replace(&mut reported.counts, counts.clone());
            let since = counts.since(&earlier);
            for (what, kind, count) in since.each() {
                self.line(&series, what, kind, count, format_args!("{count}|c"));
            }
            if since.bytes() > 0 {
                self.line(&series, "bytes", "", 0, format_args!("{}|c", since.bytes()));
            }
            if counts.in_flight() != earlier.in_flight() {
                self.line(&series, "in_flight", "", 0, format_args!("{}|g", counts.in_flight()));
            }
        }
    }

    /// Writes a line that tells of so many measurements.
    fn line(&mut self, series: &Series, what: &str, kind: &str, measurements: u64, value: std::fmt::Arguments<'_>) {
        let Format { dialect, prefix, tags, .. } = &self.format;
        let own = [("adapter", &*series.adapter), ("cloud", &*series.cloud), ("error", kind)];
        let tags: Vec<_> = own.into_iter().chain(tags.iter().map(|(key, value)| (&**key, &**value))).collect();
        let mut line = String::new();
        dialect.line(&mut line, &[prefix, series.name.as_str(), what], value, &tags);
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

//! A StatsD client that queues what it sends.

use std::net::UdpSocket;

use cadence::{BufferedUdpMetricSink, QueuingMetricSink, StatsdClient, Timed};

pub(crate) struct Cadence {
    client: StatsdClient,
    _socket: UdpSocket,
}

impl Cadence {
    pub(crate) fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let sending = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let address = socket.local_addr().expect("bound");
        let sink = BufferedUdpMetricSink::from(address, sending).expect("an address");
        // Bounded, as ours is.
        let sink = QueuingMetricSink::with_capacity(sink, 16 * 1024);
        Self { client: StatsdClient::from_sink("buckets", sink), _socket: socket }
    }

    /// A time with the tags that ours has.
    pub(crate) fn time(&self, millis: u64) {
        let timing = self.client.time_with_tags("cloud.read.duration", millis);
        // A full queue is an error that the caller is told, and nothing to stop for.
        let _ = timing.with_tag("adapter", "memory").with_tag("cloud", "main").try_send();
    }
}

//! Sockets that are quick, slow, full and dead.

use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;

use buckets::handlers::statsd::{Stats, StatsD};
use buckets::telemetry::{Sampling, Span, SpanStart};

use super::lines::Received;
use super::{INSERT, Measured, PATIENCE};

const MANY: u64 = 1_000_000;

fn udp() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("bound").to_string();
    (socket, address)
}

/// Measures `MANY` successes, each of which is counted and timed.
fn measure_many(measured: &Measured) -> Stats {
    let threads = 4;
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..MANY / threads).for_each(|_| Span::start(&measured.scope, &INSERT).succeed()));
        }
    });
    assert!(measured.statsd.shutdown(PATIENCE));
    measured.statsd.stats()
}

#[test]
fn nothing_is_lost_unseen_when_nobody_listens() {
    let (socket, address) = udp();
    drop(socket);
    let measured = Measured::by(|builder| builder.queue(1024).udp(address.as_str()));
    let stats = measure_many(&measured);
    assert_eq!(stats.sent + stats.dropped(), 2 * MANY, "{stats:?}");
}

#[test]
fn nothing_is_lost_unseen_when_the_socket_is_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dsd.socket");
    // Nobody ever reads from it.
    let _server = UnixDatagram::bind(&path).expect("a socket");
    let measured = Measured::by(|builder| builder.queue(1024).unix(&path));
    let stats = measure_many(&measured);
    assert_eq!(stats.sent + stats.dropped(), 2 * MANY, "{stats:?}");
    assert!(stats.dropped_io > 0, "{stats:?}");
}

#[test]
fn counts_are_exact_and_cost_no_datagram_each() {
    let (socket, address) = udp();
    let measured = Measured::by(|builder| builder.udp(address.as_str()));
    let receiver = Received::from_now_on(socket);
    let start = || SpanStart::new().sampling(Sampling::DROPPED);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let count = || (0..MANY / 4).for_each(|_| Span::start_with(&measured.scope, &INSERT, start).succeed());
            scope.spawn(count);
        }
    });
    measured.flush();
    let stats = measured.statsd.stats();
    let received = receiver.all(stats.packets);
    assert_eq!(received.count("buckets.cloud.insert.count"), MANY, "{stats:?}");
    assert!(stats.packets < 10, "{stats:?}");
}

#[test]
fn a_server_may_go_and_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dsd.socket");
    let measured = Measured::by(|builder| builder.unix(&path));
    measured.insert(1, 0, Span::succeed);
    measured.flush();
    assert_eq!((measured.statsd.stats().sent, measured.statsd.stats().dropped_io), (0, 2));

    let server = UnixDatagram::bind(&path).expect("a socket");
    let mut sent = 0;
    // It asks again after a pause, which is a tenth of a second at first.
    let until = std::time::Instant::now() + PATIENCE;
    while sent == 0 {
        assert!(std::time::Instant::now() < until, "{:?}", measured.statsd);
        measured.insert(1, 0, Span::succeed);
        measured.flush();
        sent = measured.statsd.stats().sent;
    }
    let mut datagram = [0; 8192];
    let len = server.recv(&mut datagram).expect("a datagram");
    assert!(datagram[..len].starts_with(b"buckets.cloud.insert."));
}

#[test]
fn datagrams_are_filled_but_not_more() {
    let (socket, address) = udp();
    let measured = Measured::by(|builder| builder.max_datagram(600).udp(address.as_str()));
    let receiver = Received::from_now_on(socket);
    (0..100).for_each(|n| measured.insert(n, 1, Span::succeed));
    measured.flush();
    let stats = measured.statsd.stats();
    let received = receiver.all(stats.packets);
    assert!(received.datagrams.iter().all(|datagram| datagram.len() <= 600));
    let full = received.datagrams.iter().filter(|datagram| datagram.len() > 500).count();
    assert!(full + 1 >= received.datagrams.len(), "only the last is not full");
    assert_eq!(received.datagrams.iter().map(Vec::len).sum::<usize>() as u64, stats.bytes);
}

#[test]
fn a_line_that_fits_nowhere_is_dropped_and_counted() {
    let (_socket, address) = udp();
    let tags = (0..5).fold(StatsD::builder(), |builder, n| builder.tag(format!("tag{n}"), "x".repeat(200)));
    let measured = Measured::by(|_| tags.max_datagram(600).udp(address.as_str()));
    measured.insert(1, 1, Span::succeed);
    measured.flush();
    let stats = measured.statsd.stats();
    assert_eq!((stats.sent, stats.dropped_too_large), (0, 2));
}

#[test]
fn sampled_times_say_for_how_many_they_stand() {
    let (socket, address) = udp();
    let measured = Measured::by(|builder| builder.udp(address.as_str()));
    let receiver = Received::from_now_on(socket);
    for sampling in [Sampling::kept(10.0), Sampling::DROPPED, Sampling::UNDECIDED] {
        Span::start_with(&measured.scope, &INSERT, || SpanStart::new().sampling(sampling)).succeed();
    }
    measured.flush();
    let received = receiver.all(measured.statsd.stats().packets);
    let times: Vec<_> =
        received.lines_of("buckets.cloud.insert.duration").iter().map(|line| line.rate.clone()).collect();
    assert_eq!(times, [Some("0.1".into()), None]);
    assert_eq!(received.count("buckets.cloud.insert.count"), 3, "counts are never sampled");
}

#[test]
fn what_comes_after_the_end_is_dropped_and_counted() {
    let (_socket, address) = udp();
    let measured = Measured::by(|builder| builder.udp(address.as_str()));
    assert!(measured.statsd.shutdown(PATIENCE));
    measured.insert(1, 1, Span::succeed);
    measured.insert(1, 1, drop);
    assert_eq!(measured.statsd.stats().dropped_closed, 3);
    assert!(measured.statsd.flush(PATIENCE), "there is nothing to wait for");
}

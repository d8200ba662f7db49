//! DogStatsD, read.

use std::net::UdpSocket;
use std::thread::JoinHandle;

use super::PATIENCE;

/// Reads a socket while it is written to, so that it is never full.
pub(crate) struct Receiver(JoinHandle<Vec<Vec<u8>>>, UdpSocket);

/// What came.
pub(crate) struct Received {
    pub(crate) datagrams: Vec<Vec<u8>>,
    lines: Vec<Line>,
}

pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) rate: Option<String>,
}

impl Received {
    pub(crate) fn from_now_on(socket: UdpSocket) -> Receiver {
        let reading = socket.try_clone().expect("a second handle");
        reading.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let thread = std::thread::spawn(move || {
            let mut datagrams = Vec::new();
            let mut buffer = [0; 65_535];
            // An empty datagram says that this was all.
            while let Ok(len @ 1..) = reading.recv(&mut buffer) {
                datagrams.push(buffer[..len].to_vec());
            }
            datagrams
        });
        Receiver(thread, socket)
    }

    /// What was counted under this name.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.lines_of(name).iter().map(|line| line.value as u64).sum()
    }

    pub(crate) fn lines_of(&self, name: &str) -> Vec<&Line> {
        self.lines.iter().filter(|line| line.name == name).collect()
    }
}

impl Receiver {
    /// What came, which must be so many datagrams.
    pub(crate) fn all(self, packets: u64) -> Received {
        let Self(thread, socket) = self;
        let address = socket.local_addr().expect("bound");
        UdpSocket::bind("127.0.0.1:0").and_then(|end| end.send_to(&[], address)).expect("loopback");
        let datagrams = thread.join().expect("no panic");
        assert_eq!(datagrams.len() as u64, packets, "loopback lost some");
        let text = |datagram: &Vec<u8>| String::from_utf8(datagram.clone()).expect("UTF-8");
        let lines = datagrams.iter().map(text).flat_map(|text| text.lines().map(Line::parse).collect::<Vec<_>>());
        Received { lines: lines.collect(), datagrams }
    }
}

impl Line {
    fn parse(line: &str) -> Self {
        let (name, rest) = line.split_once(':').unwrap_or_else(|| panic!("{line:?} has no value"));
        let mut parts = rest.split('|');
        let value = parts.next().and_then(|value| value.parse().ok());
        let rate = parts.find_map(|part| part.strip_prefix('@')).map(str::to_owned);
        Self { name: name.to_owned(), value: value.unwrap_or_else(|| panic!("{line:?} has no number")), rate }
    }
}

//! Where datagrams go. Never waits: what cannot be sent at once is not sent.

use std::io;
use std::net::UdpSocket;
#[cfg(unix)]
use std::os::unix::net::UnixDatagram;
#[cfg(unix)]
use std::path::PathBuf;
#[cfg(unix)]
use std::time::{Duration, Instant};

pub(super) enum Transport {
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(UnixTransport),
}

/// What fits over Ethernet in one piece, with the headers of IPv4 and UDP and a margin for tunnels.
const UDP_DATAGRAM: usize = 1432;
/// What Datadog's agent reads at once.
#[cfg(unix)]
const UNIX_DATAGRAM: usize = 8192;

impl Transport {
    pub(super) fn max_datagram(&self) -> usize {
        match self {
            Self::Udp(_) => UDP_DATAGRAM,
            #[cfg(unix)]
            Self::Unix(_) => UNIX_DATAGRAM,
        }
    }

    pub(super) fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        match self {
            Self::Udp(socket) => match socket.send(datagram) {
                // Tells of the datagram before this one, which found nobody; this one was not sent.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => socket.send(datagram).map(drop),
                sent => sent.map(drop),
            },
            #[cfg(unix)]
            Self::Unix(transport) => transport.send(datagram),
        }
    }
}

/// A socket by its path, which is connected again when its server comes back.
#[cfg(unix)]
pub(super) struct UnixTransport {
    path: PathBuf,
    socket: UnixDatagram,
    is_connected: bool,
    retry: Option<Instant>,
    pause: Duration,
}

#[cfg(unix)]
impl UnixTransport {
    const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
    const LONGEST_PAUSE: Duration = Duration::from_secs(30);

    pub(super) fn new(path: PathBuf) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        Ok(Self { path, socket, is_connected: false, retry: None, pause: Self::SHORTEST_PAUSE })
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        if !self.is_connected {
            self.connect()?;
        }
        match self.socket.send(datagram) {
            // The server is there, and slow.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
            Err(error) => {
                self.is_connected = false;
                Err(error)
            }
            Ok(_) => Ok(()),
        }
    }

    fn connect(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if self.retry.is_some_and(|retry| now < retry) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        match self.socket.connect(&self.path) {
            Ok(()) => {
                self.is_connected = true;
                self.retry = None;
                self.pause = Self::SHORTEST_PAUSE;
                Ok(())
            }
            Err(error) => {
                self.retry = Some(now + self.pause);
                self.pause = (self.pause * 2).min(Self::LONGEST_PAUSE);
                Err(error)
            }
        }
    }
}

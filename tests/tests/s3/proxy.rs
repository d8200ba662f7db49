//! A proxy between the adapter and the server, which does to requests and answers what networks and servers do.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// What is done to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection is closed before anything is read.
    CloseAtOnce,
    /// The connection is closed when the head and some of the content is read; the server gets nothing.
    CloseWithin,
    /// The server does what is asked, and its answer is lost.
    LoseAnswer,
    /// This is answered, and the server is not asked.
    Answer { status: u16, headers: &'static str, content: &'static str },
    /// What is answered is not even HTTP.
    Babble,
    /// The server's answer ends in the middle of its content.
    CutAnswer,
    /// The request is taken and never answered.
    NoAnswer,
    /// The server's answer comes by and by: so many bytes of its content, then a pause, and so on.
    Drip { bytes: usize, pause: Duration },
    /// A byte in the content of the server's answer is another one.
    DamageAnswer,
    /// The head of the server's answer says that the content is so much longer, or shorter, than it is.
    LieAboutLength(isize),
    /// The head of the server's answer has a header a second time, with this value.
    RepeatHeader(&'static str, &'static str),
    /// A byte in the content of the request is another one.
    DamageRequest,
}

/// Which requests: the first line is given, such as `PUT /bucket/key?partNumber=1 HTTP/1.1`.
pub(crate) type Which = fn(&str) -> bool;

/// A running proxy. It ends when it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    plan: Arc<Mutex<Plan>>,
    task: AbortHandle,
}

#[derive(Default)]
struct Plan {
    faults: Vec<(Fault, usize, Which)>,
    /// The first line of each request.
    seen: Vec<String>,
}

impl Proxy {
    /// Starts a proxy to `server`.
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of our own");
        let address = listener.local_addr().expect("the address of a listener");
        let plan = Arc::new(Mutex::new(Plan::default()));
        let shared = Arc::clone(&plan);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let plan = Arc::clone(&shared);
                // What fails is a connection that one of its ends has closed.
                tokio::spawn(async move { pass(client, server, &plan).await });
            }
        });
        Self { address, plan, task: task.abort_handle() }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Does this to the next `times` of such requests, and to no others any more.
    pub(crate) fn inject(&self, fault: Fault, times: usize, which: Which) {
        lock(&self.plan).faults = vec![(fault, times, which)];
    }

    /// Forgets what was seen and does nothing to what comes.
    pub(crate) fn calm(&self) {
        *lock(&self.plan) = Plan::default();
    }

    /// How many such requests there were.
    pub(crate) fn seen(&self, which: Which) -> usize {
        lock(&self.plan).seen.iter().filter(|line| which(line)).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(plan: &Mutex<Plan>) -> MutexGuard<'_, Plan> {
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One request of one connection: all others get a connection of their own.
async fn pass(mut client: TcpStream, server: SocketAddr, plan: &Mutex<Plan>) -> std::io::Result<()> {
    let (head, mut content) = read_head(&mut client).await?;
    let line = head.lines().next().unwrap_or_default().to_owned();
    let fault = next_fault(plan, line);
    let len = content_length(&head);
    match fault {
        Some(Fault::CloseAtOnce) => return client.set_zero_linger(),
        Some(Fault::CloseWithin) => {
            let mut some = vec![0; (len.saturating_sub(content.len())).min(10_000)];
            client.read_exact(&mut some).await?;
            return client.set_zero_linger();
        }
        Some(Fault::NoAnswer) => return tokio::io::copy(&mut client, &mut tokio::io::sink()).await.map(drop),
        _ => {}
    }
    let begun = content.len();
    content.resize(len, 0);
    client.read_exact(&mut content[begun..]).await?;
    match fault {
        Some(Fault::Answer { status, headers, content }) => {
            let len = content.len();
            let head =
                format!("HTTP/1.1 {status} As Told\r\n{headers}Content-Length: {len}\r\nConnection: close\r\n\r\n");
            return client.write_all(format!("{head}{content}").as_bytes()).await;
        }
        Some(Fault::Babble) => return client.write_all(b"220 mail.example ESMTP\r\n\r\n").await,
        Some(Fault::DamageRequest) => flip(&mut content),
        _ => {}
    }
    let mut upstream = TcpStream::connect(server).await?;
    // The header is not signed, and lets the end of the connection be the end of the answer.
    let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    upstream.write_all(head.as_bytes()).await?;
    upstream.write_all(&content).await?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await?;
    let begin = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(answer.len(), |end| end + 4);
    match fault {
        Some(Fault::LieAboutLength(more)) => {
            let head = String::from_utf8_lossy(&answer[..begin]);
            let len = answer.len() - begin;
            let told = len.checked_add_signed(more).expect("a lie about a shorter content");
            let lie = format!("Content-Length: {told}");
            assert!(head.contains(&format!("Content-Length: {len}")), "the server tells the length: {head}");
            let head = head.replacen(&format!("Content-Length: {len}"), &lie, 1);
            answer.splice(..begin, head.into_bytes());
        }
        Some(Fault::RepeatHeader(name, value)) => {
            answer.splice(begin - 2..begin - 2, format!("{name}: {value}\r\n").into_bytes());
        }
        Some(Fault::LoseAnswer) => return client.set_zero_linger(),
        Some(Fault::CutAnswer) => answer.truncate(begin + (answer.len() - begin) / 2),
        Some(Fault::DamageAnswer) => flip(&mut answer[begin..]),
        Some(Fault::Drip { bytes, pause }) => {
            return drip(client, &answer[..begin], &answer[begin..], bytes, pause).await;
        }
        _ => {}
    }
    client.write_all(&answer).await
}

async fn drip(
    mut client: TcpStream,
    head: &[u8],
    content: &[u8],
    bytes: usize,
    pause: Duration,
) -> std::io::Result<()> {
    client.write_all(head).await?;
    let mut pauses = tokio::time::interval(pause);
    for piece in content.chunks(bytes) {
        pauses.tick().await;
        client.write_all(piece).await?;
    }
    Ok(())
}

/// The head of a request, and what came of its content with it.
async fn read_head(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let content = read.split_off(end + 4);
            let head = String::from_utf8(read).map_err(std::io::Error::other)?;
            // Who is asked to go on sending does so here.
            if head.to_ascii_lowercase().contains("expect: 100-continue") {
                client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            }
            return Ok((head, content));
        }
        if client.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn next_fault(plan: &Mutex<Plan>, line: String) -> Option<Fault> {
    let plan = &mut *lock(plan);
    let fault = plan.faults.iter_mut().find(|(_, times, which)| *times > 0 && which(&line)).map(|(fault, times, _)| {
        *times -= 1;
        *fault
    });
    plan.seen.push(line);
    fault
}

fn content_length(head: &str) -> usize {
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
    };
    head.lines().find_map(header).unwrap_or(0)
}

fn flip(content: &mut [u8]) {
    let middle = content.len() / 2;
    if let Some(byte) = content.get_mut(middle) {
        *byte ^= 0x20;
    }
}

//! Large files and many clients cost the service little.

use std::io::Write;
use std::net::TcpStream;

use futures_util::{StreamExt, stream};
use reqwest::Body;

use crate::support::{Service, content, program};

const LARGE: usize = 256 << 20;
const CHUNK: usize = 1 << 20;
/// What a transfer may add to the memory of the service, with all that allocators keep.
const MEMORY: usize = 48 << 20;

#[tokio::test]
async fn a_large_file_never_is_in_memory() {
    let mut command = program();
    command.env("BUCKETS_MAX_UPLOAD", "1GiB");
    let service = Service::start_as(command, tempfile::tempdir().expect("a folder")).await;
    service.store("small.bin", content(CHUNK)).await;
    let before = peak_memory(&service);

    let chunk = content(CHUNK);
    let chunks = stream::iter(std::iter::repeat_n(chunk.clone(), LARGE / CHUNK)).map(Ok::<_, std::io::Error>);
    let stored = service.store("large.bin", Body::wrap_stream(chunks)).await;
    assert_eq!(stored["size"], LARGE);
    let mut response = service.client.get(stored["url"].as_str().expect("a link")).send().await.expect("an answer");
    let mut place = 0;
    while let Some(got) = response.chunk().await.expect("content") {
        let same = got.iter().enumerate().all(|(n, byte)| *byte == chunk[(place + n) % CHUNK]);
        assert!(same, "the download differs from the upload near {place}");
        place += got.len();
    }
    assert_eq!(place, LARGE);

    let added = peak_memory(&service) - before;
    assert!(added < MEMORY, "{LARGE} bytes up and down took {added} bytes of memory");
}

#[tokio::test]
async fn two_hundred_slow_clients_stop_nobody() {
    let service = Service::start().await;
    let slow: Vec<TcpStream> = (0..200)
        .map(|n| {
            let mut connection = TcpStream::connect(service.address()).expect("a connection");
            // Half of them within the head of a request, half within an upload.
            let head = "POST /files HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n";
            let more = if n % 2 == 0 { "" } else { "Content-Length: 1000\r\n\r\n--x\r\n" };
            write!(connection, "{head}{more}").expect("sent");
            connection
        })
        .collect();
    let stored = service.store("a.txt", "quick").await;
    let got = service.client.get(stored["url"].as_str().expect("a link")).send().await.expect("an answer");
    assert_eq!(got.text().await.expect("text"), "quick");
    drop(slow);
    assert_eq!(service.listed().await.len(), 1);
}

/// The most memory that the service has had so far, in bytes.
fn peak_memory(service: &Service) -> usize {
    let file = format!("/proc/{}/status", service.process.pid().as_raw_nonzero());
    let status = std::fs::read_to_string(file).expect("the state of a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let line = line.unwrap_or_else(|| panic!("no peak in:\n{status}\n{}", service.process.output()));
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}

//! A service that is told to stop finishes what it is doing.

use std::io::{Read, Write};
use std::net::TcpStream;

use rustix::process::{Signal, kill_process};

use crate::support::Service;

#[tokio::test]
async fn a_transfer_that_is_going_on_is_finished() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut service = Service::start().await;
        let mut upload = TcpStream::connect(service.address()).expect("a connection");
        let form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--x--\r\n";
        let (begin, end) = form.split_at(form.len() - 12);
        write!(
            upload,
            "POST /files HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: {}\r\n\r\n{begin}",
            form.len()
        )
        .expect("sent");
        service.until_metric("buckets_operations_in_flight", &[("operation", "insert")], 1.0).await;

        kill_process(service.process.pid(), signal).expect("it runs");
        service
            .process
            .until("saying that it stops", async |printed| {
                if printed.contains("may finish") { Ok(()) } else { Err("it has not said it yet".into()) }
            })
            .await;
        assert!(TcpStream::connect(service.address()).is_err(), "it still takes connections");

        upload.write_all(end.as_bytes()).expect("sent");
        let mut answer = String::new();
        upload.read_to_string(&mut answer).expect("an answer, and the end of the connection");
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        assert_eq!(service.process.ended().await.code(), Some(0));
        assert!(service.process.output().contains("no transfer was cut short"));
        assert_eq!(service.kept().len(), 1);
    }
}

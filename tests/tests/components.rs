//! Proves that the harness drives the real programs, against a server as small as can be.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Multipart, State};
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use buckets_tests::components::browser::Browser;
use buckets_tests::components::process::{PATIENCE, Process, installed, until};
use buckets_tests::components::prometheus::Prometheus;
use buckets_tests::components::promtool;
use thirtyfour::prelude::*;

#[tokio::test]
async fn prometheus_scrapes_and_answers() {
    let page = Arc::new(Mutex::new(String::from("# TYPE parts_total counter\nparts_total{kind=\"real\"} 41\n")));
    let shown = Arc::clone(&page);
    let app = Router::new().route("/metrics", get(async move || shown.lock().expect("the page").clone()));
    let prometheus = Prometheus::scraping(serve(app).await, Duration::from_millis(100)).await;

    prometheus.wait_for_scrape().await;
    let [sample] = prometheus.query("parts_total").await.try_into().expect("one series");
    assert_eq!(sample.value, 41.0);
    assert_eq!(sample.labels.get("kind").map(String::as_str), Some("real"));
    assert_eq!(sample.labels.get("__name__").map(String::as_str), Some("parts_total"));
    assert_eq!(prometheus.query("absent_total").await, []);

    *page.lock().expect("the page") = String::from("# TYPE parts_total counter\nparts_total{kind=\"real\"} 42\n");
    prometheus.wait_for_scrape().await;
    let [sum] = prometheus.query("sum(parts_total)").await.try_into().expect("one sum");
    assert_eq!(sum.value, 42.0);
}

#[test]
fn promtool_tells_a_good_page_from_a_bad_one() {
    let good = promtool::check_metrics("# HELP parts_total Parts.\n# TYPE parts_total counter\nparts_total 1\n");
    assert!(good.accepted, "{}", good.output);

    let bad = promtool::check_metrics("# TYPE parts counter\nparts 1\n");
    assert!(!bad.accepted);
    assert!(bad.output.contains("no help text"), "{}", bad.output);
    assert!(bad.output.contains("_total"), "{}", bad.output);
}

#[test]
fn promtool_checks_and_tests_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules.yml");
    let tests = folder.path().join("tests.yml");
    std::fs::write(&rules, RULES).expect("a file");
    std::fs::write(&tests, RULE_TESTS).expect("a file");
    let checked = promtool::check_rules(&rules);
    assert!(checked.accepted, "{}", checked.output);
    let tested = promtool::test_rules(&tests);
    assert!(tested.accepted, "{}", tested.output);

    std::fs::write(&rules, RULES.replace("sum(", "sum((")).expect("a file");
    assert!(!promtool::check_rules(&rules).accepted);
    assert!(!promtool::test_rules(&tests).accepted);
}

const RULES: &str = "
groups:
  - name: parts
    rules: [{ record: 'parts:sum', expr: 'sum(parts)' }]
";

const RULE_TESTS: &str = "
rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series: [{ series: 'parts{n=\"1\"}', values: '1' }, { series: 'parts{n=\"2\"}', values: '2' }]
    promql_expr_test: [{ expr: 'parts:sum', eval_time: 0, exp_samples: [{ labels: 'parts:sum', value: 3 }] }]
";

#[tokio::test]
async fn chromium_uploads_reads_and_downloads() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(|n| (n % 65_521).to_le_bytes()).collect();
    let file = folder.path().join("photo.bin");
    std::fs::write(&file, &bytes).expect("a file");
    let address = serve(mirror()).await;
    let browser = Browser::start().await;
    let window = browser.window();

    window.goto(format!("http://{address}/")).await.expect("the page");
    let input = window.find(By::Css("input[type=file]")).await.expect("the input");
    input.send_keys(file.to_string_lossy()).await.expect("the choice of a file");
    window.find(By::Css("button")).await.expect("the button").click().await.expect("a click");

    let said = window.query(By::Id("said")).first().await.expect("the answer");
    assert_eq!(said.text().await.expect("its text"), format!("{} bytes of photo.bin", bytes.len()));

    window.find(By::Css("a")).await.expect("the link").click().await.expect("a click");
    let downloaded = browser.downloaded("again.bin").await;
    assert!(std::fs::read(downloaded).expect("the download") == bytes, "the download differs from the upload");

    let picture = folder.path().join("window.png");
    window.screenshot(&picture).await.expect("a picture of the window");
    assert!(std::fs::read(picture).expect("the picture").starts_with(b"\x89PNG\r\n\x1a\n"));
}

/// A site that gives back the file it was last given.
fn mirror() -> Router {
    type Kept = Arc<Mutex<Vec<u8>>>;

    async fn form() -> Html<&'static str> {
        Html(
            "<form method=post action=/file enctype=multipart/form-data><input type=file name=file><button>Send</button></form>",
        )
    }
    async fn keep(State(kept): State<Kept>, mut form: Multipart) -> Html<String> {
        let field = form.next_field().await.expect("a form").expect("a field");
        let name = field.file_name().expect("a file name").to_owned();
        let bytes = field.bytes().await.expect("the whole file");
        *kept.lock().expect("the file") = bytes.to_vec();
        Html(format!("<p id=said>{} bytes of {name}</p><a href=/file>Download</a>", bytes.len()))
    }
    async fn give(State(kept): State<Kept>) -> impl IntoResponse {
        ([(header::CONTENT_DISPOSITION, "attachment; filename=again.bin")], kept.lock().expect("the file").clone())
    }
    Router::new().route("/", get(form)).route("/file", post(keep).get(give)).with_state(Kept::default())
}

#[tokio::test]
#[should_panic(expected = "ended with exit status: 3 instead of singing; it printed:\nno voice")]
async fn a_program_that_ends_early_is_quoted() {
    let mut command = Command::new("sh");
    command.args(["-c", "echo no voice; exit 3"]);
    Process::start(&command).until("singing", async |_| Err::<(), _>("silence".into())).await;
}

#[tokio::test]
async fn a_dropped_program_takes_its_children_along() {
    let mut command = Command::new("sh");
    command.args(["-c", "sleep 1000 & echo child $!; wait"]);
    let mut program = Process::start(&command);
    let child = program
        .until("naming its child", async |printed| {
            let pid = printed.trim().strip_prefix("child ").ok_or("no child yet")?;
            pid.parse::<u32>().map_err(|error| error.to_string())
        })
        .await;
    // Nothing there, or an entry that only waits for its parent to look: the program is gone.
    let runs = || !std::fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default().is_empty();
    assert!(runs());

    drop(program);
    until("the child's end", PATIENCE, async || if runs() { Err("it runs".into()) } else { Ok(()) }).await;
}

#[test]
#[should_panic(expected = "apt-get install absent-package")]
fn an_absent_program_says_what_to_install() {
    let _ = installed("no-such-program", "absent-package");
}

/// Serves `app` on loopback until the test's runtime ends.
async fn serve(app: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("the port that the system chose");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

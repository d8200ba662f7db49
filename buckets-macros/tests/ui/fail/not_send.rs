use buckets::instrumented;

fn spawn(_: impl Future + Send) {}

#[instrumented("ui.work")]
async fn work(text: std::rc::Rc<str>) -> usize {
    std::future::ready(()).await;
    text.len()
}

fn start() {
    spawn(work("".into()));
}

fn main() {}

use std::time::{Duration, SystemTime};

use buckets::Error;
use buckets::operation::{Reply, Request, Response};
use buckets::telemetry::{Dispatcher, EventName, Outcome as Told, Scope, Span};
use futures_util::stream::{self, StreamExt};
use tower::ServiceExt;

use super::audit::Audit;
use super::clock::Ticks;
use super::cut::{Cut, cut};
use super::request;
use super::seen::{End, Seen};
use super::stack::Stack;
use super::{Options, Outcome, Violation};
use crate::random::Random;

static OPERATION: EventName = EventName::new("conservation.operation");

/// How many calls of one thread go on at once.
const AT_ONCE: usize = 12;

struct Episode {
    stack: Stack,
    scope: Scope,
    audit: Audit,
}

/// Does the episode of this seed.
pub(super) fn run(options: &Options, seed: u64, operations: u64) -> Outcome {
    let mut random = Random::new(seed);
    let threads = if random.below(4) == 0 { options.threads.max(1) } else { 1 };
    let episode = Episode::new(Stack::any(&mut random, options));
    let shares: Vec<_> = (0..threads)
        .map(|thread| (random.next_u64(), operations / threads + u64::from(thread < operations % threads)))
        .collect();
    let mut wrong = match shares[..] {
        [(seed, operations)] => on_runtime(true, async {
            let mut wrong = episode.work(seed, operations).await;
            wrong.extend(episode.aftermath().await);
            wrong
        }),
        _ => episode.work_on_threads(&shares),
    };
    wrong.extend(episode.audit.wrong());
    let layers = episode.stack.layers.join(", ");
    let violation = |what: String| Violation { seed, what: format!("{what}\n  in {layers}, {threads} threads") };
    Outcome {
        operations,
        starts: episode.audit.starts(),
        ends: episode.audit.ends(),
        in_flight: episode.audit.in_flight(),
        violations: wrong.into_iter().next().map(violation).into_iter().collect(),
    }
}

/// Threads that share a stack share a clock, too; one alone need not wait for its.
fn on_runtime<T>(is_alone: bool, work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(is_alone).build();
    runtime.expect("a runtime").block_on(work)
}

impl Episode {
    fn new(stack: Stack) -> Self {
        let dispatcher = Dispatcher::builder().clock(Ticks::default()).build();
        let audit = Audit::default();
        dispatcher.attach("audit", "", audit.clone()).expect("nothing else is attached");
        Self { stack, scope: Scope::new(dispatcher, "conservation", "memory"), audit }
    }

    /// Makes so many calls of each seed, on a thread each, and then looks at what they leave.
    fn work_on_threads(&self, shares: &[(u64, u64)]) -> Vec<String> {
        let mut wrong: Vec<_> = std::thread::scope(|threads| {
            let work = |&(seed, operations)| threads.spawn(move || on_runtime(false, self.work(seed, operations)));
            let workers: Vec<_> = shares.iter().map(work).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("the harness does not panic")).collect()
        });
        wrong.extend(on_runtime(false, self.aftermath()));
        wrong
    }

    /// Makes so many calls, and says what was wrong.
    async fn work(&self, seed: u64, operations: u64) -> Vec<String> {
        let mut random = Random::new(seed);
        let calls = stream::iter((0..operations).map(|_| random.next_u64()));
        calls
            .map(|seed| self.call(Random::new(seed)))
            .buffer_unordered(AT_ONCE)
            .filter_map(|checked| async { checked.err() })
            .collect()
            .await
    }

    /// Makes one call, and compares what is seen and told of it.
    async fn call(&self, mut random: Random) -> Result<(), String> {
        let root = Span::start(&self.scope, &OPERATION);
        let id = root.id().ok_or("nobody listens")?;
        let mut request = request::any(&mut random);
        request.context.scope = self.scope.clone();
        request.context.span = Some(id);
        let name = request.op.name();
        let dispatcher = self.scope.dispatcher();
        let before = dispatcher.now();
        let seen = self.see(request, &mut random).await;
        let told = self.audit.ended_within(id);
        let checked = seen.check(&told, (before, dispatcher.now()));
        root.succeed();
        self.audit.ended_within(id);
        if let Some(attempts) = told.iter().filter_map(|ended| ended.attempts).find(|it| *it > self.stack.max_attempts)
        {
            return Err(format!("{name}: {attempts} attempts, which is too many"));
        }
        checked.map_err(|wrong| format!("{name}: {wrong}"))
    }

    /// Makes a call and reads its body, both perhaps not to their end.
    async fn see(&self, request: Request, random: &mut Random) -> Seen {
        let expectation = request.op.expectation();
        let polls = any_polls(random);
        let answer = match cut(self.stack.store.clone().oneshot(request), polls).await {
            Cut::Dropped => return Seen { end: End::Left, bytes: None, attempts: None },
            Cut::Panicked => return Seen::ended(Told::Panic, None),
            Cut::Ready(Err(error)) => return Seen::failed(&Error::from_boxed(error), expectation),
            Cut::Ready(Ok(answer)) => answer,
        };
        let attempts = Some(answer.attempts).filter(|attempts| *attempts > 0);
        let seen = see_body(answer, random).await;
        // What a body fails with knows better.
        Seen { attempts: seen.attempts.or(attempts), ..seen }
    }

    /// What is wrong once all calls are over, and of a stack that is left in peace.
    async fn aftermath(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut claim = |holds: bool, otherwise: String| {
            if !holds {
                wrong.push(otherwise);
            }
        };
        claim(self.audit.in_flight() == 0, format!("{} operations have not ended", self.audit.in_flight()));
        claim(self.stack.bottom.in_use() == 0, format!("{} calls go on in the store", self.stack.bottom.in_use()));
        for limit in &self.stack.limits {
            claim(limit.in_use() == 0 && limit.waiting() == 0, format!("a limit is left in use: {limit:?}"));
        }
        self.stack.chaos.pause();
        claim(self.recovers().await, "a stack that is left in peace does not work again".to_owned());
        for budget in &self.stack.budgets {
            let left = budget.available();
            claim(left > 0.0, format!("a budget is not given back what was taken: {left} tokens are left"));
        }
        for (ledger, budget) in &self.stack.ledgers {
            let (status, cost) = (budget.status(SystemTime::UNIX_EPOCH), ledger.snapshot().total());
            claim(status.reserved.is_zero(), format!("money is left put aside: {status:?}"));
            claim(status.spent == cost, format!("{cost} dollars are not what was spent: {status:?}"));
        }
        wrong
    }

    /// Whether enough calls one after the other succeed to fill what budgets and circuits wait for.
    async fn recovers(&self) -> bool {
        let mut successes = 0;
        for _ in 0..2000 {
            let head = Request::new(buckets::operation::List::new(Default::default()));
            match cut(self.stack.store.clone().oneshot(head), None).await {
                Cut::Ready(Ok(_)) => successes += 1,
                Cut::Ready(Err(_)) => tokio::time::sleep(Duration::from_millis(3)).await,
                Cut::Dropped | Cut::Panicked => return false,
            }
            if successes == 20 {
                return true;
            }
        }
        false
    }
}

async fn see_body(answer: Response, random: &mut Random) -> Seen {
    let bytes = answer.bytes();
    let Reply::Get(fetched) = answer.reply else { return Seen::ended(Told::Success, bytes) };
    let mut body = fetched.body;
    let mut received = 0;
    let mut chunks_left = if random.below(4) == 0 { random.below(4) } else { u64::MAX };
    loop {
        if chunks_left == 0 {
            break;
        }
        chunks_left -= 1;
        match cut(body.next(), any_polls(random)).await {
            Cut::Ready(Some(Ok(chunk))) => received += chunk.len() as u64,
            Cut::Ready(Some(Err(error))) => return Seen::body_failed(&error, received),
            Cut::Ready(None) => return Seen::ended(Told::Success, Some(received)),
            Cut::Panicked => return Seen::ended(Told::Panic, Some(received)),
            Cut::Dropped => break,
        }
    }
    // Dropped here; a reader that has all of it need not ask for the end.
    let outcome = if body.remaining() == Some(0) { Told::Success } else { Told::Cancelled };
    Seen::ended(outcome, Some(received))
}

/// After how many polls to drop a future, if at all.
fn any_polls(random: &mut Random) -> Option<u64> {
    (random.below(3) == 0).then(|| random.below(12))
}

use super::Cloud;
use super::observe::no_bytes;
use super::progress::Progress;
use crate::error::{ErrorKind, Result};
use crate::key::{Key, Prefix};
use crate::operation::{Head, List, OperationKind};
use crate::store::Store;
use crate::telemetry::SpanStart;
use crate::telemetry::catalogue::names;

impl<S: Store> Cloud<S> {
    /// Asks the store for something cheap, to see whether it answers; for a readiness probe.
    ///
    /// Lists one object, or looks for one that need not exist where the store cannot list.
    ///
    /// # Errors
    /// What the store answers.
    pub async fn health(&self) -> Result<()> {
        let observed = self.begin(&names::CLOUD_HEALTH, SpanStart::new);
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            if self.shared.capabilities.supports(OperationKind::List) {
                let list = List::new(Prefix::default()).with_limit(1)?;
                return self.send(list, context, &progress).await.map(drop);
            }
            match self.send(Head::new(Key::new("health")?), context, &progress).await {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        };
        observed.run(work, &progress, no_bytes).await
    }
}

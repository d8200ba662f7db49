use std::sync::LazyLock;

use buckets::telemetry::{Dispatcher, EventName, Scope};

use super::{Describe, Description};

/// Says nothing of any request, so that there are no events: for layers around services that are
/// not observed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

/// Nobody can attach to this dispatcher.
static NOBODY: LazyLock<Scope> = LazyLock::new(|| Scope::of(Dispatcher::new()));
static NOTHING: EventName = EventName::new("buckets.silent");

impl<R> Describe<R> for Silent {
    fn scope<'a>(&'a self, _: &'a R) -> &'a Scope {
        &NOBODY
    }

    fn describe<'a>(&'a self, _: &'a R) -> Description<'a> {
        Description::new(&NOTHING)
    }
}

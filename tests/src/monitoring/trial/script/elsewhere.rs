//! What the adapters of stores elsewhere tell. There are none here, so the script tells it in their stead.

use buckets::telemetry::catalogue::names;
use buckets::telemetry::{Number, Outcome, Scope, Span, SpanStart};
use buckets::{Error, ErrorKind};

use super::Script;
use crate::monitoring::trial::facts::{End, Fact, What};

impl Script {
    /// Access tokens are fetched, of which two can be had.
    pub(super) fn tokens(&mut self) {
        let scope = Scope::new(self.canary.cloud.scope().dispatcher(), "", "azure");
        let fetched = |end| Fact::new(What::Token, &[("adapter", "azure")]).ending(end);
        for lifetime in [3_600.0, 7_200.0] {
            let expiry = self.now() + lifetime;
            let measured = [("expiry", Number::F64(expiry))];
            Span::start(&scope, &names::AUTH_TOKEN_REFRESH).end_with(Outcome::Success, None, &measured, &[]);
            self.facts.push(fetched(End::Success).with("expiry", expiry));
        }
        let kind = ErrorKind::Unavailable;
        Span::start(&scope, &names::AUTH_TOKEN_REFRESH).fail(&Error::new(kind, "as the script says"));
        self.facts.push(fetched(End::Failure(kind)));
    }

    /// Uploads in parts are given up, and some are swept away.
    pub(super) fn orphans(&mut self) {
        let scope = Scope::new(self.canary.cloud.scope().dispatcher(), "", "s3");
        let upload = |what| Fact::new(what, &[("adapter", "s3")]);
        for orphans in 1..=3_u64 {
            let measured = [("orphans", Number::U64(orphans))];
            scope.point(&names::UPLOAD_ORPHAN, || SpanStart::new().root(), &measured);
            self.facts.push(upload(What::Orphaned));
        }
        let measured = [("aborted", Number::U64(2)), ("orphans", Number::U64(1))];
        scope.point(&names::UPLOAD_SWEEP, || SpanStart::new().root(), &measured);
        self.facts.push(upload(What::Swept).with("aborted", 2.0));
    }
}

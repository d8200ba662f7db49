//! What the capabilities promise is there, and nothing else.

use std::time::Duration;

use super::behaviour::behaviours;
use super::failure::{Checked, ensure, same};
use super::session::Session;
use crate::error::{ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Condition, Copy, Delete, Get, Head, List, Operation, OperationKind, Put, Sign, SignedMethod};

behaviours! { "capabilities" {
    what_is_declared_is_there: ;
    what_is_not_declared_is_refused: ;
    conditions_that_are_not_declared_are_refused_not_ignored: PUT;
    an_unknown_operation_is_unsupported: ;
    an_error_names_its_operation: ;
}}

async fn what_is_declared_is_there(session: &Session) -> Checked {
    for operation in OperationKind::ALL.iter().copied().filter(|&operation| session.supports(operation)) {
        if let Err(error) = attempt(session, operation).await
            && error.kind() == ErrorKind::Unsupported
        {
            return Err(error.into());
        }
    }
    Ok(())
}

async fn what_is_not_declared_is_refused(session: &Session) -> Checked {
    for operation in OperationKind::ALL.iter().copied().filter(|&operation| !session.supports(operation)) {
        let seen = attempt(session, operation).await.map_err(|error| error.kind());
        same(&format!("answer to the undeclared `{}`", operation.as_str()), seen, Err(ErrorKind::Unsupported))?;
    }
    Ok(())
}

async fn conditions_that_are_not_declared_are_refused_not_ignored(session: &Session) -> Checked {
    if session.capabilities().conditional_put {
        return Ok(());
    }
    let put = Put::new(session.key("a")?, "new").with_condition(Condition::if_absent());
    session.refused(put, ErrorKind::Unsupported).await?;
    Ok(())
}

async fn an_unknown_operation_is_unsupported(session: &Session) -> Checked {
    let error = session.refused(Unknown, ErrorKind::Unsupported).await?;
    same("operation named by the error", error.operation(), Some(Unknown::NAME))
}

async fn an_error_names_its_operation(session: &Session) -> Checked {
    // On a missing object the lookups fail, and what is not declared fails anyway.
    for operation in OperationKind::ALL.iter().copied() {
        if let Err(error) = attempt(session, operation).await {
            same("operation named by the error", error.operation(), Some(operation.as_str()))?;
            ensure(!error.to_string().contains(&session.directory()), "the error shows the key")?;
        }
    }
    Ok(())
}

struct Unknown;

impl Operation for Unknown {
    type Output = ();
    const NAME: &'static str = "conformance_unknown";
}

/// Does a plain operation of this kind.
async fn attempt(session: &Session, operation: OperationKind) -> Result<()> {
    let missing = session.key("missing")?;
    match operation {
        OperationKind::Put => session.put(&session.key("put")?, "content").await.map(drop),
        OperationKind::Get => session.call(Get::new(missing)).await.map(drop),
        OperationKind::Head => session.call(Head::new(missing)).await.map(drop),
        OperationKind::Delete => session.call(Delete::new(missing)).await.map(drop),
        OperationKind::Copy => session.call(Copy::new(missing, session.key("copy")?)).await.map(drop),
        OperationKind::List => session.call(List::new(session.prefix("")?)).await.map(drop),
        OperationKind::Sign => sign(session, missing).await,
    }
}

async fn sign(session: &Session, key: Key) -> Result<()> {
    session.call(Sign::new(key, SignedMethod::Get, Duration::from_secs(60))?).await.map(drop)
}

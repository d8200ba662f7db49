/// How prominent the lines of an operation are in a log.
///
/// The handler `Log` of the feature `log` goes by it for what succeeds. What fails has the
/// handler's own level for failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Of use to who follows every step.
    Trace,
    /// Of use to who looks for a fault.
    Debug,
    /// Of use to who operates the program.
    Info,
    /// Something to look at.
    Warn,
    /// Something to mend.
    Error,
}

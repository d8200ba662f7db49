//! What all programs under test share: finding, starting, waiting for and ending them.

use std::fs::OpenOptions;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::NamedTempFile;

/// How long the helpers wait for a program before they give up: long, because a cold browser on a busy
/// machine is slow, and because only a failing test ever waits that long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How often a condition is asked for while it does not hold.
const POLL: Duration = Duration::from_millis(20);

/// Keeps `"$@"` from outliving the test, even one that was killed and so dropped nothing: the end of
/// standard input, whose other side the test holds, ends the whole process group.
const LIFELINE: &str = r#"exec 3<&0; (read -r _ <&3; kill -KILL 0) & exec "$@" </dev/null 3<&-"#;

/// Where a program that tests need is installed.
///
/// # Panics
///
/// When it is not in `PATH`: with a sentence that names the Debian `package` that brings it.
#[must_use]
pub fn installed(program: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| {
            panic!(
                "this test needs the program `{program}`, which is not in PATH: install it with \
                 `apt-get install {package}`, or run `.ci/install`, which installs all that the tests need"
            )
        })
}

/// Asks `probe` until it answers `Ok`, and returns the answer.
///
/// # Panics
///
/// After `limit`, with `what` was waited for and the last reason that `probe` gave.
pub async fn until<T>(what: &str, limit: Duration, probe: impl AsyncFnMut() -> Result<T, String>) -> T {
    match try_until(limit, probe).await {
        Ok(answer) => answer,
        Err(reason) => panic!("waited {limit:?} for {what}, in vain: {reason}"),
    }
}

/// Asks `probe` until it answers `Ok`, and returns the answer.
///
/// # Errors
///
/// After `limit`, the last reason that `probe` gave.
pub async fn try_until<T>(limit: Duration, mut probe: impl AsyncFnMut() -> Result<T, String>) -> Result<T, String> {
    let mut last = String::from("the first question was never answered");
    let asking = async {
        loop {
            match probe().await {
                Ok(answer) => return answer,
                Err(reason) => last = reason,
            }
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::time::timeout(limit, asking).await.map_err(|_| last)
}

/// A running program, killed with all its descendants when this value is dropped, or when the test ends in
/// any other way.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: NamedTempFile,
}

impl Process {
    /// Starts `command` in a process group of its own, with nothing to read on standard input.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    #[must_use]
    pub fn start(command: &Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let output = NamedTempFile::new().expect("a temporary file for what a program prints");
        let sink = || OpenOptions::new().append(true).open(output.path()).expect("the temporary file just made");
        let child = on_lifeline(command)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(sink())
            .stderr(sink())
            .spawn()
            .unwrap_or_else(|error| panic!("`{name}` does not start: {error}"));
        Self { name, child, output }
    }

    /// The program's own number, to send it a signal.
    #[must_use]
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits until the program ends by itself.
    ///
    /// # Panics
    ///
    /// When that takes longer than [`PATIENCE`].
    pub async fn ended(&mut self) -> ExitStatus {
        let Self { name, child, .. } = self;
        until(&format!("`{name}` to end"), PATIENCE, async || {
            child.try_wait().expect("the state of a child process").ok_or_else(|| "it runs".to_owned())
        })
        .await
    }

    /// What the program has printed so far, to standard output and standard error.
    ///
    /// # Panics
    ///
    /// When the file that collects it cannot be read.
    #[must_use]
    pub fn output(&self) -> String {
        printed_to(&self.output)
    }

    /// Asks `probe`, which is given the output so far, until it answers `Ok`, and returns the answer.
    ///
    /// # Panics
    ///
    /// When the program ends, or after [`PATIENCE`]: with its output and the last reason that `probe` gave.
    pub async fn until<T>(&mut self, what: &str, mut probe: impl AsyncFnMut(&str) -> Result<T, String>) -> T {
        let Self { name, child, output } = self;
        let printed = || printed_to(output);
        let answer = try_until(PATIENCE, async || {
            if let Some(status) = child.try_wait().expect("the state of a child process") {
                panic!("`{name}` ended with {status} instead of {what}; it printed:\n{}", printed());
            }
            probe(&printed()).await
        });
        match answer.await {
            Ok(answer) => answer,
            Err(reason) => {
                panic!("waited {PATIENCE:?} for `{name}` {what}, in vain: {reason}; it printed:\n{}", printed())
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The group still has a member when the program itself is gone: the shell at the lifeline.
        let group = Pid::from_child(&self.child);
        if let Err(error) = kill_process_group(group, Signal::KILL) {
            eprintln!("`{}` could not be killed: {error}", self.name);
        }
        let _ = self.child.wait();
    }
}

fn printed_to(file: &NamedTempFile) -> String {
    let bytes = std::fs::read(file.path()).expect("the file that collects what a program prints");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `command`, run by a shell that becomes it once the lifeline is laid.
fn on_lifeline(command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", LIFELINE, "sh"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

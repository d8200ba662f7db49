//! TypeScript's compiler, beside the types of Grafana.

use std::process::Command;

use super::packages::unpacked;
use super::process::installed;
use super::promtool::Verdict;

/// Checks the types of a module, which may import from `@grafana/schema`.
///
/// # Panics
///
/// When the packages are not installed or the compiler cannot be run.
#[must_use]
pub fn check(module: &str) -> Verdict {
    let packages = unpacked("grafana");
    // Imports are looked for from where the module is.
    let file = tempfile::Builder::new().suffix(".ts").tempfile_in(&packages).expect("a file beside the packages");
    std::fs::write(file.path(), module).expect("the file just made");
    Command::new(installed("node", "nodejs"))
        .arg(packages.join("node_modules/typescript/bin/tsc"))
        .args(["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext"])
        .arg(file.path())
        .output()
        .expect("node runs")
        .into()
}

//! The expansion is free of warnings: packages with every lint denied, one of edition 2021 and one of
//! edition 2024 that calls the library by another name.

use std::path::Path;
use std::process::Command;

#[test]
fn clippy_has_nothing_to_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lints");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lints");
    for package in ["edition_2021", "renamed"] {
        let output = Command::new(env!("CARGO"))
            .args(["clippy", "--quiet", "--manifest-path"])
            .arg(folder.join(package).join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", &target)
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{package} is not clean (clippy is a component of the toolchain):\n{said}");
    }
}

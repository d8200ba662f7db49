//! A copy of the crate that may be changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Failure;

pub(crate) struct Scratch {
    pub(crate) root: PathBuf,
    target: PathBuf,
}

impl Scratch {
    /// Has cargo fetch the crate, and copies it.
    pub(crate) fn fetch(name: &str, version: &str) -> Result<Self, Failure> {
        let here = target_directory()?.join("inject");
        let wish = here.join("fetch");
        fs::create_dir_all(wish.join("src"))?;
        fs::write(wish.join("src/lib.rs"), "")?;
        let manifest = format!(
            "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n[dependencies]\n\
             wanted = {{ package = \"{name}\", version = \"={version}\", default-features = false }}\n"
        );
        fs::write(wish.join("Cargo.toml"), manifest)?;
        let metadata = json(Command::new("cargo").args(["metadata", "--format-version", "1"]).current_dir(&wish))?;
        let fetched = metadata["packages"].as_array().into_iter().flatten().find(|package| package["name"] == name);
        let manifest =
            fetched.and_then(|package| package["manifest_path"].as_str()).ok_or("cargo fetched no such crate")?;
        let source = Path::new(manifest).parent().ok_or("a manifest is in a directory")?;

        let root = here.join(format!("{name}-{version}"));
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        copy(source, &root)?;
        // Not part of the workspace that the target folder is in.
        let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        if !manifest.contains("\n[workspace]") {
            fs::write(root.join("Cargo.toml"), format!("{manifest}\n[workspace]\n"))?;
        }
        Ok(Self { root, target: here.join("target") })
    }

    /// Adds this library to its dependencies.
    pub(crate) fn depend_on_buckets(&self) -> Result<(), Failure> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../buckets").canonicalize()?;
        let mut manifest = fs::read_to_string(self.root.join("Cargo.toml"))?;
        let path = path.to_str().ok_or("the path to this library is no text")?;
        let dependency =
            format!("\n[dependencies.buckets]\npath = {path:?}\ndefault-features = false\nfeatures = [\"macros\"]\n");
        manifest.push_str(&dependency);
        fs::write(self.root.join("Cargo.toml"), manifest)?;
        Ok(())
    }

    /// `cargo` with these arguments.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command
            .args(arguments)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("RUST_BACKTRACE");
        command
    }
}

/// The folder this program was built into.
fn target_directory() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe()?;
    program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists())
        .map(Path::to_path_buf)
        .ok_or_else(|| "this program is in no target folder; start it with `cargo run`".into())
}

/// What a command writes, as JSON.
fn json(command: &mut Command) -> Result<Value, Failure> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::write(to, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

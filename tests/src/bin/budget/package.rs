//! A package full of functions.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Attribute {
    None,
    Instrumented,
    InstrumentedWithFields,
    Tracing,
    TracingWithFields,
}

impl Attribute {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Instrumented => "#[instrumented]",
            Self::InstrumentedWithFields => "  with metadata and a result's",
            Self::Tracing => "#[tracing::instrument(skip_all)]",
            Self::TracingWithFields => "  with a field and the error",
        }
    }

    fn text(self, function: &str) -> String {
        match self {
            Self::None => String::new(),
            Self::Instrumented => format!("#[buckets::instrumented(\"budget.{function}\")]"),
            Self::InstrumentedWithFields => {
                format!(
                    "#[buckets::instrumented(\"budget.{function}\", fields(n), stop(|result| ok = result.is_ok()))]"
                )
            }
            Self::Tracing => "#[tracing::instrument(skip_all)]".into(),
            Self::TracingWithFields => "#[tracing::instrument(skip_all, fields(n), err(Debug))]".into(),
        }
    }
}

pub(crate) struct Package {
    root: PathBuf,
    target: PathBuf,
    name: String,
}

impl Package {
    pub(crate) fn make(attribute: Attribute, functions: usize) -> Result<Self, Failure> {
        let program = std::env::current_exe()?;
        let here = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
        let here = here.ok_or("this program is in no target folder; start it with `cargo run`")?.join("budget");
        let name = format!("budget-{}-{functions}", attribute as usize);
        let root = here.join(&name);
        fs::create_dir_all(root.join("src"))?;
        let buckets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../buckets").canonicalize()?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             buckets = {{ path = {buckets:?}, default-features = false, features = [\"macros\"] }}\n\
             tracing = {{ version = \"0.1\", default-features = false, features = [\"attributes\", \"std\"] }}\n\n\
             [profile.release]\ncodegen-units = 1\n"
        );
        fs::write(root.join("Cargo.toml"), manifest)?;
        fs::write(root.join("src/main.rs"), source(attribute, functions)?)?;
        Ok(Self { root, target: here.join("target"), name })
    }

    /// Milliseconds of processor time that the quickest of so many `cargo check`s took.
    pub(crate) fn check(&self, runs: usize) -> Result<f64, Failure> {
        self.run(&mut self.cargo("cargo check --quiet"))?;
        let mut quickest = f64::INFINITY;
        for _ in 0..runs {
            // Only what is in this package is checked anew.
            let main = self.root.join("src/main.rs");
            fs::write(&main, fs::read(&main)?)?;
            // `times` says what the shell and then what its children took, user time first.
            let said = self.run(&mut self.cargo("cargo check --quiet && times"))?;
            let children = said.lines().last().and_then(|line| line.split_whitespace().next()).and_then(millis);
            quickest = quickest.min(children.ok_or("`times` said nothing")?);
        }
        Ok(quickest)
    }

    /// Bytes of machine code in the release build.
    pub(crate) fn text(&self) -> Result<u64, Failure> {
        self.run(&mut self.cargo("cargo build --quiet --release"))?;
        let program = self.target.join("release").join(&self.name);
        let said = self.run(Command::new("size").arg("-A").arg(program))?;
        let section = said.lines().find(|line| line.starts_with(".text "));
        let size = section.and_then(|line| line.split_whitespace().nth(1)).and_then(|size| size.parse().ok());
        size.ok_or_else(|| "`size` of binutils, which is there with a C compiler, tells no size of .text".into())
    }

    fn cargo(&self, command: &str) -> Command {
        let mut shell = Command::new("sh");
        // A compiler's cache would tell how quick the cache is.
        shell
            .args(["-c", command])
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("RUSTC_WRAPPER", "");
        shell
    }

    fn run(&self, command: &mut Command) -> Result<String, Failure> {
        let output = command.output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// `0m1.25s` in milliseconds.
fn millis(text: &str) -> Option<f64> {
    let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
    Some(1000.0 * (60.0 * minutes.parse::<f64>().ok()? + seconds.parse::<f64>().ok()?))
}

/// How many functions one function calls.
const CALLS: usize = 50;

/// The name of a function, and what makes every other one asynchronous.
fn named(index: usize) -> (String, &'static str) {
    match index % 2 {
        0 => (format!("sync_{index}"), ""),
        _ => (format!("async_{index}"), "async "),
    }
}

fn source(attribute: Attribute, functions: usize) -> Result<String, Failure> {
    let mut text = "#![allow(unused)]\nuse std::hint::black_box;\nuse std::num::ParseIntError;\n\n".to_owned();
    for index in 0..functions {
        let (name, keyword) = named(index);
        let attribute = attribute.text(&name);
        writeln!(
            text,
            "{attribute}\n#[inline(never)]\n{keyword}fn {name}(text: &str, n: u64) -> Result<u64, ParseIntError> {{\n    \
             let parsed: u64 = text.parse()?;\n    Ok(parsed.wrapping_add(n).wrapping_mul({index}))\n}}\n"
        )?;
    }
    // In parts, because the time to compile one function grows faster than the function.
    let mut parts = String::new();
    for first in (0..functions).step_by(CALLS) {
        writeln!(text, "async fn part_{first}() {{")?;
        for index in first..functions.min(first + CALLS) {
            let (name, keyword) = named(index);
            let dot_await = if keyword.is_empty() { "" } else { ".await" };
            writeln!(text, "    black_box({name}(black_box(\"1\"), {index}){dot_await});")?;
        }
        writeln!(text, "}}\n")?;
        writeln!(parts, "    part_{first}().await;")?;
    }
    write!(
        text,
        "async fn all() {{\n{parts}}}\n\nfn main() {{\n    let mut all = std::pin::pin!(all());\n    \
         let mut context = std::task::Context::from_waker(std::task::Waker::noop());\n    \
         let _ = std::future::Future::poll(all.as_mut(), &mut context);\n}}\n"
    )?;
    Ok(text)
}

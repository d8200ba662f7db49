//! Writes what is in `docs/monitoring` and generated, anew.

use std::process::ExitCode;

use buckets_tests::monitoring;

fn main() -> ExitCode {
    let files = match monitoring::files() {
        Ok(files) => files,
        Err(mistake) => {
            eprintln!("{mistake}");
            return ExitCode::FAILURE;
        }
    };
    for (name, text) in files {
        let path = monitoring::folder().join(name);
        if let Err(error) = std::fs::write(&path, text) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
        println!("docs/monitoring/{name}");
    }
    ExitCode::SUCCESS
}

//! `countersign lsp`: the language server, on stdin and stdout.

use std::path::Path;
use std::process::ExitCode;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// What clients say that know of no other way; it is the only one here
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn run(dir: &Path, _: &Args) -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("COUNTERSIGN_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("countersign: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(crate::lsp::serve(dir.to_owned())) {
        Ok(ended) => ended.exit_code(),
        Err(error) => {
            eprintln!("countersign: {error}");
            ExitCode::FAILURE
        }
    }
}

//! A program that does its part of setting up by itself: shown as one types it, then started.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
}

impl Run {
    /// As a line of a shell.
    pub(super) fn shown(&self) -> String {
        let name = self.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let arguments = self.arguments.iter().map(|word| super::shell::quote(word.as_ref()));
        [name].into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
    }

    /// Starts it outside of the workspace, and waits for its end.
    ///
    /// # Errors
    /// If it cannot be started, or fails: with its own word.
    pub(super) fn carry_out(&self) -> Result<String> {
        let mut command = Command::new(&self.program);
        let output = command.args(&self.arguments).current_dir("/").stdin(Stdio::null()).output();
        let output = output.with_context(|| format!("cannot run {}", self.program.display()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`{}` failed: {}", self.shown(), said.lines().rfind(|line| !line.is_empty()).unwrap_or_default());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

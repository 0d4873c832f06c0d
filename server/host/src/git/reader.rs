//! Files of commits, all read through one git that runs on: to start one for each file would take a hook longer than all else that it does.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Git;

/// See the module. It ends with this.
#[derive(Debug)]
pub(super) struct Reader {
    git: Child,
    asked: ChildStdin,
    answered: BufReader<ChildStdout>,
    /// The name of nothing: git's word on it is where the answer before it ends. What filters make of a file is of another length than
    /// git says.
    mark: String,
}

impl Reader {
    /// Starts it; none where git cannot be, or where paths would be seen from elsewhere than the top of the repository.
    pub(super) fn start(git: &Git) -> Option<Self> {
        git.root.join(".git").exists().then_some(())?;
        let mut command = git.command(&["cat-file", "--batch", "--filters"]);
        let mut git = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let (asked, answered) = (git.stdin.take()?, BufReader::new(git.stdout.take()?));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let mark = format!("countersign_{}_{now}", std::process::id());
        Some(Self { git, asked, answered, mark })
    }

    /// A file as a commit has it and as it would be checked out: none inside where the commit has no such file, none where git cannot be
    /// asked in this way and has to be asked by itself.
    pub(super) fn read(&mut self, commit: &str, path: &str) -> Option<Option<Vec<u8>>> {
        // The path begins behind the first blank, and ends with the line.
        if path.contains(|letter: char| letter.is_ascii_whitespace() || letter.is_ascii_control()) {
            return None;
        }
        let mark = &self.mark;
        self.asked.write_all(format!("{commit}:./{path} {path}\n{mark} -\n").as_bytes()).ok()?;
        self.asked.flush().ok()?;
        let mut head = Vec::new();
        self.answered.read_until(b'\n', &mut head).ok()?;
        let (end, mut content) = (format!("{mark} missing\n").into_bytes(), Vec::new());
        // The last line of a file may have no end of its own.
        content.push(b'\n');
        while !(content.ends_with(&end) && content[..content.len() - end.len()].ends_with(b"\n")) {
            if self.answered.read_until(b'\n', &mut content).ok()? == 0 {
                return None;
            }
        }
        let is_file = String::from_utf8_lossy(&head).split(' ').nth(1) == Some("blob");
        // A file's content is followed by an end of line, and began behind one here.
        Some(is_file.then(|| content[1..content.len() - end.len() - 1].to_vec()))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It has nothing to write.
        let _ = self.git.kill();
        let _ = self.git.wait();
    }
}

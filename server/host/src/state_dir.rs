//! Where a workspace's state lives: inside the repository's common git directory, in a folder for each linked worktree, whose
//! files are others than the main one's; else under the user's state folder. Git is read as plain files, since a hook has milliseconds.
//! `GIT_DIR` and its like are left aside on purpose: an editor and a hook must find one place from the path alone.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io::{ErrorKind, Read, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::config::FILE_NAME;

#[cfg(test)]
mod tests;

/// Where a workspace keeps its state, and why there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder, absolute; it need not exist yet: [`make_private`] makes it.
    pub dir: PathBuf,
    /// The repository's common git directory, canonical; none where the workspace is in no repository.
    pub common_dir: Option<PathBuf>,
    /// The worktree's own git directory, canonical; that of the main one is the common one.
    pub git_dir: Option<PathBuf>,
    /// Says what is wrong with a `.git` that leads nowhere (the workspace then counts as outside git).
    pub doubt: Option<String>,
}

/// Finds the state folder of `workspace`: `<git common dir>/countersign`, for a linked worktree `worktrees/<name>` in it, else `$XDG_STATE_HOME/countersign/<id>` with
/// `~/.local/state` for an unset or relative `xdg_state_home`; `<id>` is made from the workspace's canonical path.
/// Outside git the same root must therefore be passed by all who are to share the state. Creates nothing.
///
/// Fails where the workspace is not a folder that can be read, or where it is outside git and `home` is needed and unset.
pub fn locate(workspace: &Path, xdg_state_home: Option<&OsStr>, home: Option<&OsStr>) -> Result<Place> {
    let workspace =
        fs::canonicalize(workspace).with_context(|| format!("cannot find the workspace {}", workspace.display()))?;
    if !workspace.is_dir() {
        bail!("the workspace {} is not a folder", workspace.display());
    }
    let doubt = match repository(&workspace) {
        Ok(Some(repository)) => {
            let dir = repository.state();
            let Repository { git_dir, common } = repository;
            return Ok(Place { dir, common_dir: Some(common), git_dir: Some(git_dir), doubt: None });
        }
        Ok(None) => None,
        Err(why) => Some(format!("{why:#}")),
    };
    let Some(dir) = outside(&workspace, xdg_state_home, home) else {
        bail!(
            "no place to keep the state of {}: it is in no git repository, and neither XDG_STATE_HOME nor HOME is an absolute path",
            workspace.display()
        )
    };
    Ok(Place { dir, common_dir: None, git_dir: None, doubt })
}

/// The folder of a workspace (canonical) that is in no repository; none where the user has no state folder.
fn outside(workspace: &Path, xdg_state_home: Option<&OsStr>, home: Option<&OsStr>) -> Option<PathBuf> {
    let state_home = match (absolute(xdg_state_home), absolute(home)) {
        (Some(state), _) => state.to_path_buf(),
        (None, Some(home)) => home.join(".local/state"),
        (None, None) => return None,
    };
    let id = blake3::hash(workspace.as_os_str().as_bytes()).to_hex();
    Some(state_home.join("countersign").join(&id[..32]))
}

/// Where the journal of a workspace (canonical) in a repository has its second name, by this process's environment: where it would be were
/// there no repository, so that who finds none finds the journal.
#[must_use]
pub fn spare_of(workspace: &Path, place: &Place) -> Option<PathBuf> {
    let var = |name| std::env::var_os(name);
    place.common_dir.as_ref()?;
    outside(workspace, var("XDG_STATE_HOME").as_deref(), var("HOME").as_deref())
}

/// Makes `dir` (and what is missing above it) with mode 0700 whatever the umask, and gives its canonical path. A folder
/// that is there and open to others is closed to them.
///
/// Refuses what is not the user's own: a symbolic link that another user made, or a folder that another user owns.
pub fn make_private(dir: &Path) -> Result<PathBuf> {
    match fs::symlink_metadata(dir) {
        Ok(_) => {}
        Err(err) if err.kind() == ErrorKind::NotFound => {
            create(dir).with_context(|| format!("cannot make the state folder {}", dir.display()))?;
        }
        Err(err) => return Err(err).with_context(|| format!("cannot look at the state folder {}", dir.display())),
    }
    let look = || format!("cannot look at the state folder {}", dir.display());
    let link = fs::symlink_metadata(dir).with_context(look)?;
    if link.is_symlink() {
        refuse_another_users(&link, || format!("the state folder {} is a symbolic link that", dir.display()))?;
    }
    let folder = fs::metadata(dir).with_context(look)?;
    if !folder.is_dir() {
        bail!("{} should be the state folder, but is a file", dir.display());
    }
    refuse_another_users(&folder, || format!("the state folder {}", dir.display()))?;
    if folder.mode() & 0o077 != 0 {
        fs::set_permissions(dir, Permissions::from_mode(folder.mode() & 0o700))
            .with_context(|| format!("cannot close the state folder {} to others", dir.display()))?;
    }
    fs::canonicalize(dir).with_context(look)
}

/// The workspace that a folder is in, and that folder; both canonical. The workspace is the top of its repository; outside of one the
/// nearest folder that has a policy or is known as a workspace already, else the folder itself.
///
/// # Errors
/// If there is no such folder.
pub fn root_of(dir: &Path) -> Result<(PathBuf, PathBuf)> {
    let cwd = fs::canonicalize(dir).map_err(|error| anyhow::anyhow!("cannot find {}: {error}", dir.display()))?;
    let top = cwd.ancestors().find(|folder| folder.join(".git").exists());
    let known = || cwd.ancestors().find(|folder| folder.join(FILE_NAME).exists() || is_known(folder));
    let root = top.or_else(known).unwrap_or(&cwd);
    Ok((root.to_owned(), cwd.clone()))
}

fn is_known(folder: &Path) -> bool {
    of(folder).is_ok_and(|place| place.common_dir.is_none() && place.dir.exists())
}

/// Where the state of `workspace` is, by this process's environment: see [`locate`].
///
/// # Errors
/// As [`locate`].
pub fn of(workspace: &Path) -> Result<Place> {
    let var = |name| std::env::var_os(name);
    locate(workspace, var("XDG_STATE_HOME").as_deref(), var("HOME").as_deref())
}

/// Writes one line for people who wonder to the log in the state folder of the workspace that `dir` is in. What cannot be written is lost.
pub fn note(dir: &Path, line: &str) {
    use std::os::unix::fs::OpenOptionsExt;
    let Ok((root, _)) = root_of(dir) else { return };
    let Ok(place) = of(&root) else { return };
    let Ok(folder) = make_private(&place.dir) else { return };
    let file = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(folder.join("log"));
    if let Ok(mut file) = file {
        let _ = writeln!(file, "{} {}", jiff::Timestamp::now(), line.replace('\n', " "));
    }
}

fn create(dir: &Path) -> std::io::Result<()> {
    if let Some(parent) = dir.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => fs::set_permissions(dir, Permissions::from_mode(0o700)),
        Err(err) if err.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(err) => Err(err),
    }
}

fn refuse_another_users(found: &Metadata, what: impl Fn() -> String) -> Result<()> {
    let me = rustix::process::geteuid().as_raw();
    if found.uid() != me {
        bail!("{} belongs to user {}, not to you (user {me}): it is not used", what(), found.uid());
    }
    Ok(())
}

fn absolute(path: Option<&OsStr>) -> Option<&Path> {
    path.map(Path::new).filter(|path| path.is_absolute())
}

/// A repository, as a worktree of it sees it; canonical.
struct Repository {
    /// The worktree's own.
    git_dir: PathBuf,
    common: PathBuf,
}

impl Repository {
    fn state(&self) -> PathBuf {
        let state = self.common.join("countersign");
        match self.git_dir.strip_prefix(self.common.join("worktrees")) {
            Ok(name) => state.join("worktrees").join(name),
            Err(_) => state,
        }
    }
}

/// The repository that `workspace` (canonical) is in; none outside git. An error says which `.git` leads nowhere.
fn repository(workspace: &Path) -> Result<Option<Repository>> {
    for folder in workspace.ancestors() {
        let dot_git = folder.join(".git");
        let Ok(found) = fs::metadata(&dot_git) else {
            // A bare repository, or the inside of a `.git`.
            if is_git_dir(folder) {
                return follow_commondir(folder).map(Some);
            }
            continue;
        };
        if found.is_file() {
            return follow_commondir(&follow_gitfile(&dot_git)?).map(Some);
        }
        // Git passes over a `.git` folder that is no repository, such as the empty one that sandboxes mount.
        if is_git_dir(&dot_git) {
            return follow_commondir(&dot_git).map(Some);
        }
    }
    Ok(None)
}

/// The git directory that a `.git` file (of a worktree or a submodule) names.
fn follow_gitfile(dot_git: &Path) -> Result<PathBuf> {
    let line = one_line(dot_git)?;
    let Some(target) = line.strip_prefix(b"gitdir: ") else {
        bail!("{} does not say where its repository is", dot_git.display());
    };
    let folder = dot_git.parent().context("a .git file stands in a folder")?;
    let git_dir = folder.join(OsStr::from_bytes(target));
    if !is_git_dir(&git_dir) {
        bail!("{} says that its repository is {}, where there is none", dot_git.display(), git_dir.display());
    }
    Ok(git_dir)
}

fn follow_commondir(git_dir: &Path) -> Result<Repository> {
    let file = git_dir.join("commondir");
    let common = if file.exists() { git_dir.join(OsStr::from_bytes(&one_line(&file)?)) } else { git_dir.to_path_buf() };
    let common = fs::canonicalize(&common).with_context(|| {
        format!("{} says that its repository is {}, where there is none", file.display(), common.display())
    })?;
    let git_dir = fs::canonicalize(git_dir).with_context(|| format!("cannot find {}", git_dir.display()))?;
    Ok(Repository { git_dir, common })
}

fn is_git_dir(dir: &Path) -> bool {
    dir.join("HEAD").symlink_metadata().is_ok()
        && (dir.join("commondir").is_file() || (dir.join("objects").is_dir() && dir.join("refs").is_dir()))
}

/// The file's text without the line ends at its end; paths are bytes. Reads 64 KiB at most.
fn one_line(path: &Path) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)
        .and_then(|file| file.take(65_536).read_to_end(&mut text))
        .with_context(|| format!("cannot read {}", path.display()))?;
    while matches!(text.last(), Some(b'\n' | b'\r')) {
        text.pop();
    }
    Ok(text)
}

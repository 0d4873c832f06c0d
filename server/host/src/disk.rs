//! Files as they are on disk: read to be followed, and written so that no one else's write is lost.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use countersign_core::workspace::Content;
use ropey::Rope;

use crate::journal::{Disk, hash};

/// Larger files are tracked as a whole.
pub const LARGEST_TEXT: u64 = 8 * 1024 * 1024;

/// Why a symbolic link is tracked as a whole.
pub const LINK: &str = "a symbolic link";

/// What a file holds, its journal head, and the bytes of one that is no text (none where they are too many to keep).
#[derive(Debug)]
pub struct Reading {
    /// What is to be followed.
    pub content: Content,
    /// The journal's name for it.
    pub disk: Disk,
    /// The bytes of what is no text.
    pub bytes: Option<Vec<u8>>,
    /// When it was last written, in milliseconds since the Unix epoch, where the file system tells.
    pub modified: Option<u64>,
    /// When it was last changed in any way, its name and its mode among them; none where there is no file.
    pub changed: Option<u64>,
    /// Who may do what with it; none of what is no plain file.
    pub mode: Option<u32>,
}

impl Reading {
    /// No file.
    #[must_use]
    pub fn absent() -> Self {
        Self { content: Content::Absent, disk: Disk::Absent, bytes: None, modified: None, changed: None, mode: None }
    }
}

/// The bits of a mode that say who may do what.
const MODE: u32 = 0o7777;

/// Reads a file of a workspace. What stands behind a link that took the place of one of its folders is not the workspace's: there is no
/// file then.
///
/// # Errors
/// As [`read`].
pub fn read_in(root: &Path, path: &str) -> Result<Reading> {
    if is_behind_a_link(root, path) { Ok(Reading::absent()) } else { read(&root.join(path)) }
}

/// Whether one of the folders on the way to a file of a workspace is a link by now, which may lead anywhere.
#[must_use]
pub fn is_behind_a_link(root: &Path, path: &str) -> bool {
    let mut folder = root.to_path_buf();
    let Some((folders, _)) = path.rsplit_once('/') else { return false };
    folders.split('/').any(|part| {
        folder.push(part);
        fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_symlink())
    })
}

/// Whether nothing stands under a name any more, where a file came up under another: also where both are spellings of one name on a
/// file system that does not tell them apart.
#[must_use]
pub fn is_gone(root: &Path, from: &str, to: &str) -> bool {
    match fs::symlink_metadata(root.join(from)) {
        Ok(was) => {
            from != to
                && from.to_lowercase() == to.to_lowercase()
                && fs::symlink_metadata(root.join(to)).is_ok_and(|is| (is.dev(), is.ino()) == (was.dev(), was.ino()))
        }
        Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

/// Gives a file another name, where nothing has that name. Whether nothing had.
///
/// # Errors
/// If it cannot be renamed; it is where it was then.
pub fn rename(root: &Path, from: &str, to: &str) -> Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let (old, new) = (root.join(from), root.join(to));
    let folder = new.parent().context("a file has a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let tried = match from.to_lowercase() == to.to_lowercase() && is_gone(root, to, from) {
        true => fs::rename(&old, &new),
        false => match renameat_with(CWD, &old, CWD, &new, RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => return Ok(false),
            // Some file systems cannot promise it.
            Err(Errno::INVAL | Errno::NOSYS) if fs::symlink_metadata(&new).is_ok() => return Ok(false),
            Err(Errno::INVAL | Errno::NOSYS) => fs::rename(&old, &new),
            done => done.map_err(Into::into),
        },
    };
    tried.with_context(|| format!("cannot rename {} to {}", old.display(), new.display()))?;
    Ok(true)
}

/// Removes folders of a workspace that are empty, from the one that a file was in upwards.
pub fn remove_empty_folders(root: &Path, path: &str) {
    let mut folders = path;
    while let Some((folder, _)) = folders.rsplit_once('/') {
        if fs::remove_dir(root.join(folder)).is_err() {
            return;
        }
        folders = folder;
    }
}

/// Whether a file stands there, and not a link or nothing.
#[must_use]
pub fn is_plain(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
}

/// Sets who may do what with a file.
///
/// # Errors
/// If it is not ours, or gone.
pub fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode & MODE))
        .with_context(|| format!("cannot change the mode of {}", path.display()))
}

/// Reads a file. A symbolic link is not followed: it is tracked as a whole, by where it leads.
///
/// # Errors
/// If there is a file and it cannot be read, or it is a folder or a device.
pub fn read(path: &Path) -> Result<Reading> {
    let absent = Reading::absent;
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(absent()),
        Err(error) => return Err(error).with_context(|| format!("cannot look at {}", path.display())),
    };
    let since_epoch = |time: std::time::SystemTime| time.duration_since(std::time::UNIX_EPOCH).ok();
    let modified = meta.modified().ok().and_then(since_epoch).map(|since| since.as_millis() as u64);
    let changed = u64::try_from(meta.ctime() * 1000 + meta.ctime_nsec() / 1_000_000).ok();
    let mode = meta.is_file().then(|| meta.permissions().mode() & MODE);
    let told = |content, disk, bytes| Reading { content, disk, bytes, modified, changed, mode };
    if meta.is_symlink() {
        let target = fs::read_link(path).with_context(|| format!("cannot read the link {}", path.display()))?;
        let Reading { content, disk, bytes, .. } = link_of(target.into_os_string().into_encoded_bytes());
        return Ok(told(content, disk, bytes));
    }
    if !meta.is_file() {
        bail!("{} is no file", path.display());
    }
    if meta.len() > LARGEST_TEXT {
        let (digest, len) = hash_of(path)?;
        let why = format!("larger than {} MiB", LARGEST_TEXT / (1024 * 1024));
        let content = Content::Opaque { hash: None, len, why };
        return Ok(told(content, Disk::Holds(digest), None));
    }
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(absent()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let Reading { content, disk, bytes, .. } = reading_of(bytes);
    Ok(told(content, disk, bytes))
}

/// A file that holds these bytes.
#[must_use]
pub fn reading_of(bytes: Vec<u8>) -> Reading {
    let disk = Disk::Holds(hash(&bytes));
    let (content, bytes) = content_of(bytes);
    Reading { content, disk, bytes, ..Reading::absent() }
}

/// A symbolic link that leads there.
#[must_use]
pub fn link_of(target: Vec<u8>) -> Reading {
    let (digest, len, why) = (hash(&target), target.len() as u64, LINK.to_owned());
    let content = Content::Opaque { hash: Some(digest.to_string()), len, why };
    Reading { content, disk: Disk::Holds(digest), bytes: Some(target), ..Reading::absent() }
}

/// What bytes are as the content of a file, and the bytes of what is no text.
#[must_use]
pub fn content_of(bytes: Vec<u8>) -> (Content, Option<Vec<u8>>) {
    let opaque = |bytes: Vec<u8>, why: &str| {
        let (hash, len, why) = (Some(hash(&bytes).to_string()), bytes.len() as u64, why.to_owned());
        (Content::Opaque { hash, len, why }, Some(bytes))
    };
    if bytes.contains(&0) {
        return opaque(bytes, "binary");
    }
    match String::from_utf8(bytes) {
        Ok(text) => (Content::Text(Rope::from_str(&text)), None),
        Err(error) => opaque(error.into_bytes(), "not UTF-8"),
    }
}

/// Makes a file hold a text, or be absent, if it still holds what `expected` says: atomically, with its mode kept. Whether it did.
///
/// # Errors
/// If it cannot be written; it is as it was then.
pub fn replace(path: &Path, expected: Disk, content: Option<&[u8]>) -> Result<bool> {
    if read(path)?.disk != expected {
        return Ok(false);
    }
    let Some(bytes) = content else {
        if expected != Disk::Absent {
            fs::remove_file(path).with_context(|| format!("cannot delete {}", path.display()))?;
        }
        return Ok(true);
    };
    let folder = path.parent().context("a file has a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    // A link's own mode says nothing.
    let file = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file);
    let mode = file.map_or(0o644, |meta| meta.permissions().mode());
    let fill = |mut file: &fs::File| {
        file.write_all(bytes)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()
    };
    let new = match filled_unnamed(folder, &fill) {
        Some(new) => new?,
        None => {
            let new = aside().tempfile_in(folder).with_context(|| format!("cannot write in {}", folder.display()))?;
            fill(new.as_file()).with_context(|| format!("cannot write {}", path.display()))?;
            new.into_temp_path()
        }
    };
    // Once more, as late as can be: what was written meanwhile is someone's work.
    if read(path)?.disk != expected {
        return Ok(false);
    }
    new.persist(path).with_context(|| format!("cannot replace {}", path.display()))?;
    Ok(true)
}

/// What a file is called until it takes its place.
const ASIDE: &str = ".countersign-";

fn aside() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(ASIDE);
    builder
}

/// Whether a path is one that a write of ours has until it takes its place, or that one left which was killed.
#[must_use]
pub fn is_aside(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with(ASIDE))
}

/// A file that gets its name once it is written: a process that is killed while it writes leaves nothing behind. None where the file system
/// has no files without names.
#[cfg(target_os = "linux")]
fn filled_unnamed(
    folder: &Path,
    fill: &dyn Fn(&fs::File) -> std::io::Result<()>,
) -> Option<Result<tempfile::TempPath>> {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};
    use std::os::fd::AsRawFd;
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = fs::File::from(open(folder, flags, Mode::RUSR | Mode::WUSR).ok()?);
    if let Err(error) = fill(&file) {
        return Some(Err(error).with_context(|| format!("cannot write in {}", folder.display())));
    }
    let content = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |at: &Path| Ok(linkat(CWD, &content, CWD, at, AtFlags::SYMLINK_FOLLOW)?);
    Some(Ok(aside().make_in(folder, link).ok()?.into_temp_path()))
}

#[cfg(not(target_os = "linux"))]
fn filled_unnamed(_: &Path, _: &dyn Fn(&fs::File) -> std::io::Result<()>) -> Option<Result<tempfile::TempPath>> {
    None
}

/// Lets whoever may read a file run it.
///
/// # Errors
/// If it is not ours.
pub fn make_executable(path: &Path) -> Result<()> {
    let mode = fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
        .with_context(|| format!("cannot make {} executable", path.display()))
}

/// Makes a symbolic link of what stands at a path, if it still holds what `expected` says. Whether it did.
///
/// # Errors
/// If it cannot be made; what was there is as it was then.
pub fn replace_by_link(path: &Path, expected: Disk, target: &[u8]) -> Result<bool> {
    use std::os::unix::ffi::OsStrExt;
    let folder = path.parent().context("a file has a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let make = |at: &Path| std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), at);
    let new = aside().make_in(folder, make).with_context(|| format!("cannot write in {}", folder.display()))?;
    if read(path)?.disk != expected {
        return Ok(false);
    }
    new.persist(path).with_context(|| format!("cannot replace {}", path.display()))?;
    Ok(true)
}

/// Whether a folder lies on a file system of which this machine sees every change: none that others write to over a network, none that a
/// program makes up.
#[must_use]
#[cfg(target_os = "linux")]
pub fn is_local(folder: &Path) -> bool {
    /// ext2 to ext4, XFS, Btrfs, tmpfs, F2FS, ZFS, bcachefs, overlays of these.
    const LOCAL: [u64; 8] =
        [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0xf2f5_2010, 0x2fc1_2fc1, 0xca45_1a4e, 0x794c_7630];
    rustix::fs::statfs(folder).is_ok_and(|found| LOCAL.contains(&(found.f_type as u64 & 0xffff_ffff)))
}

/// Elsewhere that is not known.
#[must_use]
#[cfg(not(target_os = "linux"))]
pub fn is_local(_: &Path) -> bool {
    false
}

/// A path as the workspace names it: relative to `root`, with `/`. None where it leads out of it, or is the root itself.
/// Folders are resolved, a link at the end is not.
#[must_use]
pub fn relative(root: &Path, cwd: &Path, path: &str) -> Option<String> {
    let joined = cwd.join(path);
    let mut clean = PathBuf::new();
    for part in joined.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    let name = clean.file_name()?.to_owned();
    let mut folder = clean.parent()?.to_path_buf();
    // What does not exist yet stays below the last folder that does.
    let mut below = PathBuf::new();
    let real = loop {
        match fs::canonicalize(&folder) {
            Ok(real) => break real,
            Err(_) => {
                below = Path::new(folder.file_name()?).join(below);
                folder = folder.parent()?.to_path_buf();
            }
        }
    };
    let full = real.join(below).join(name);
    let inside = full.strip_prefix(root).ok()?.to_str()?;
    (!inside.is_empty()).then(|| inside.to_owned())
}

fn hash_of(path: &Path) -> Result<(crate::journal::Hash, u64)> {
    let file = fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file).with_context(|| format!("cannot read {}", path.display()))?;
    Ok((hasher.finalize(), hasher.count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside_the_workspace_or_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir_all(root.join("src")).unwrap();
        std::os::unix::fs::symlink("/", root.join("out")).unwrap();
        let name = |path: &str| relative(&root, &root.join("src"), path);
        assert_eq!(name("a.rs").as_deref(), Some("src/a.rs"));
        assert_eq!(name("../b c/new.rs").as_deref(), Some("b c/new.rs"));
        assert_eq!(name(&root.join("x.rs").display().to_string()).as_deref(), Some("x.rs"));
        assert_eq!(name("../../x.rs"), None);
        assert_eq!(name("/etc/passwd"), None);
        assert_eq!(name("../out/etc/passwd"), None, "a link out of the workspace leads out of it");
        assert_eq!(name(".."), None);
    }

    #[test]
    fn a_write_gives_way_to_what_was_written_since() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "one").unwrap();
        let seen = read(&path).unwrap().disk;
        fs::write(&path, "two").unwrap();
        assert!(!replace(&path, seen, Some(b"three")).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        let seen = read(&path).unwrap().disk;
        assert!(replace(&path, seen, Some(b"three")).unwrap());
        assert!(replace(&path, Disk::Holds(hash(b"three")), None).unwrap());
        assert!(!path.exists());
    }

    #[test]
    fn two_spellings_of_one_file_are_one_file_and_the_old_one_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("readme.md"), "one").unwrap();
        assert!(!is_gone(root, "readme.md", "README.md") && is_gone(root, "README.md", "readme.md"));
        // As a file system has it that does not tell letter cases apart: one file under both names.
        fs::hard_link(root.join("readme.md"), root.join("README.md")).unwrap();
        assert!(is_gone(root, "readme.md", "README.md"));
        fs::hard_link(root.join("readme.md"), root.join("other.md")).unwrap();
        assert!(!is_gone(root, "readme.md", "other.md"), "another name of the same file is another");
        assert!(!is_gone(root, "readme.md", "readme.md"));
    }

    #[test]
    fn a_rename_gives_way_to_what_stands_there() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("a"), "one").unwrap();
        fs::write(root.join("b"), "two").unwrap();
        assert!(!rename(root, "a", "b").unwrap());
        assert_eq!(fs::read_to_string(root.join("b")).unwrap(), "two");
        assert!(rename(root, "a", "sub/c").unwrap());
        assert_eq!(fs::read_to_string(root.join("sub/c")).unwrap(), "one");
    }

    #[test]
    fn what_is_no_text_is_told_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let why = |bytes: &[u8]| {
            let path = folder.path().join("x");
            fs::write(&path, bytes).unwrap();
            match read(&path).unwrap().content {
                Content::Opaque { why, .. } => why,
                Content::Text(_) => "text".to_owned(),
                Content::Absent => "absent".to_owned(),
            }
        };
        assert_eq!(why(b"a\0b"), "binary");
        assert_eq!(why(b"caf\xe9"), "not UTF-8");
        assert_eq!(why("\u{feff}caf\u{e9}\r\n".as_bytes()), "text");
    }
}

//! Where the state is found to live, in real repositories and outside them; whose folders are refused.

use std::os::unix::fs::{lchown, symlink};

use expect_test::expect;
use tempfile::TempDir;

use super::*;
use crate::git::tests::git;

fn folder() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().canonicalize().expect("a path");
    (dir, path)
}

fn repository(dir: &Path) {
    fs::create_dir_all(dir).expect("a folder");
    git(dir, &["init", "-q"]);
    git(dir, &["commit", "-q", "--allow-empty", "-m", "first"]);
}

fn find(workspace: &Path) -> Place {
    locate(workspace, None, Some(OsStr::new("/home/u"))).expect("is found")
}

/// The place that git's own word leads to.
fn by_git(workspace: &Path) -> Place {
    let common = git(workspace, &["rev-parse", "--path-format=absolute", "--git-common-dir"]);
    let common = fs::canonicalize(common).expect("a folder");
    let own = git(workspace, &["rev-parse", "--absolute-git-dir"]);
    let own = fs::canonicalize(own).expect("a folder");
    let dir = match own.strip_prefix(common.join("worktrees")) {
        Ok(name) => common.join("countersign/worktrees").join(name),
        Err(_) => common.join("countersign"),
    };
    Place { dir, common_dir: Some(common), git_dir: Some(own), doubt: None }
}

#[test]
fn every_folder_of_a_worktree_shares_the_state_and_each_worktree_has_its_own() {
    let (_dir, root) = folder();
    let main = root.join("main");
    repository(&main);
    fs::create_dir_all(main.join("src/deep")).expect("folders");
    git(&main, &["worktree", "add", "-q", "../other"]);
    fs::create_dir(root.join("other/src")).expect("a folder");
    for (workspace, state) in [
        ("main", ""),
        ("main/src/deep", ""),
        ("main/.git/hooks", ""),
        ("other", "worktrees/other"),
        ("other/src", "worktrees/other"),
    ] {
        let place = find(&root.join(workspace));
        assert_eq!(place.dir, main.join(".git/countersign").join(state), "{workspace}");
        assert_eq!(place, by_git(&root.join(workspace)), "{workspace}");
    }
}

#[test]
fn a_bare_repositorys_worktrees_have_their_state_in_it() {
    let (_dir, root) = folder();
    repository(&root.join("main"));
    git(&root, &["clone", "-q", "--bare", "main", "bare.git"]);
    git(&root.join("bare.git"), &["worktree", "add", "-q", "tree"]);
    for workspace in ["bare.git", "bare.git/tree"] {
        assert_eq!(find(&root.join(workspace)), by_git(&root.join(workspace)));
        assert!(find(&root.join(workspace)).dir.starts_with(root.join("bare.git/countersign")));
    }
}

#[test]
fn a_submodule_has_its_own_state() {
    let (_dir, root) = folder();
    repository(&root.join("inner"));
    repository(&root.join("outer"));
    git(&root.join("outer"), &["submodule", "--quiet", "add", "../inner", "sub"]);
    let place = find(&root.join("outer/sub"));
    assert_eq!(place.dir, root.join("outer/.git/modules/sub/countersign"));
    assert_eq!(place, by_git(&root.join("outer/sub")));
}

#[test]
fn a_folder_that_only_looks_like_a_repository_is_passed_over() {
    let (_dir, root) = folder();
    repository(&root);
    fs::create_dir_all(root.join("src/.git")).expect("an empty .git");
    assert_eq!(find(&root.join("src")), by_git(&root.join("src")));
}

#[test]
fn outside_git_the_state_is_the_users_and_one_for_each_workspace() {
    let (_dir, root) = folder();
    for name in ["one", "two"] {
        fs::create_dir(root.join(name)).expect("a folder");
    }
    symlink(root.join("one"), root.join("link")).expect("a link");
    let find = |name: &str, xdg: Option<&str>| {
        let place = locate(&root.join(name), xdg.map(OsStr::new), Some(OsStr::new("/home/u"))).expect("is found");
        assert_eq!((place.common_dir, place.doubt), (None, None));
        let id = place.dir.file_name().and_then(OsStr::to_str).expect("an id").to_string();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        (place.dir.parent().expect("a parent").display().to_string(), id)
    };
    let (home, one) = find("one", None);
    assert_eq!(home, "/home/u/.local/state/countersign");
    assert_eq!(find("one", Some("/xdg")), ("/xdg/countersign".to_string(), one.clone()));
    assert_eq!(find("one", Some("relative")), (home.clone(), one.clone()));
    assert_eq!(find("link", None), (home.clone(), one.clone()));
    assert_ne!(find("two", None), (home, one));
}

#[test]
fn a_git_file_that_leads_nowhere_is_outside_git_and_said() {
    let (_dir, root) = folder();
    let said = |text: &[u8]| {
        fs::write(root.join(".git"), text).expect("writes");
        let place = find(&root);
        assert_eq!(place.common_dir, None);
        place.doubt.expect("is said").replace(&root.display().to_string(), "ROOT") + "\n"
    };
    let mut all = said(b"gitdir: /gone/worktrees/x\n");
    all += &said(b"gitdir: ../gone");
    all += &said(b"nonsense \xff");
    all += &said(b"");
    expect![[r#"
        ROOT/.git says that its repository is /gone/worktrees/x, where there is none
        ROOT/.git says that its repository is ROOT/../gone, where there is none
        ROOT/.git does not say where its repository is
        ROOT/.git does not say where its repository is
    "#]]
    .assert_eq(&all);
}

#[test]
fn what_cannot_be_a_workspace_is_refused_in_a_clear_word() {
    let (_dir, root) = folder();
    fs::write(root.join("file"), "").expect("writes");
    let said = |path: &Path, home: Option<&str>| {
        let err = locate(path, None, home.map(OsStr::new)).expect_err("refused");
        format!("{err:#}\n").replace(&root.display().to_string(), "ROOT")
    };
    let all =
        said(&root.join("gone"), Some("/home/u")) + &said(&root.join("file"), Some("/home/u")) + &said(&root, None);
    expect![[r#"
        cannot find the workspace ROOT/gone: No such file or directory (os error 2)
        the workspace ROOT/file is not a folder
        no place to keep the state of ROOT: it is in no git repository, and neither XDG_STATE_HOME nor HOME is an absolute path
    "#]]
    .assert_eq(&all);
}

#[test]
fn a_folder_is_made_with_its_parents_or_closed_where_it_was_open() {
    let (_dir, root) = folder();
    let mode = |path: &Path| path.metadata().expect("a folder").mode() & 0o777;
    let made = make_private(&root.join("a/b/c")).expect("is made");
    assert_eq!(made, root.join("a/b/c"));
    assert_eq!((mode(&made), mode(&root.join("a"))), (0o700, 0o700));
    fs::set_permissions(&made, Permissions::from_mode(0o755)).expect("opens it");
    make_private(&made).expect("is closed");
    assert_eq!(mode(&made), 0o700);
    symlink(&made, root.join("link")).expect("a link");
    assert_eq!(make_private(&root.join("link")).expect("the user's own link"), made);
}

#[test]
fn what_another_user_made_is_not_used() {
    let (_dir, root) = folder();
    let (mine, theirs) = (root.join("mine"), root.join("theirs"));
    fs::create_dir(&mine).expect("a folder");
    let me = rustix::process::geteuid().as_raw();
    let other = if me == 0 {
        symlink(&mine, &theirs).expect("a link");
        lchown(&theirs, Some(65_534), None).expect("given away");
        65_534
    } else {
        symlink("/", &theirs).expect("a link to what is the superuser's");
        0
    };
    let said = format!("{:#}", make_private(&theirs).expect_err("refused"));
    assert!(said.contains(&format!("belongs to user {other}, not to you (user {me}): it is not used")), "{said}");
}

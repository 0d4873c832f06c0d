//! Where Helix's server cannot work.

use super::FILE;
use crate::support::helix::{Helix, on_each};
use crate::support::repository::Repository;

#[test]
fn a_workspace_that_cannot_be_written_is_said_to_be_one() {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", FILE), (".countersign.toml", "")]);
        let Some(program) = repository.program_that_may_not_write() else { return };
        let languages = format!(
            "[language-server.countersign]\ncommand = {program:?}\nargs = [\"lsp\"]\n\n[[language]]\nname = \"rust\"\nlanguage-servers = [\"countersign\"]\n"
        );
        repository.write("../home/.config/helix/languages.toml", &languages);
        let helix = Helix::start_as_users_do(release, &repository, "a.rs");
        helix.wait_for_screen("nothing is overseen here (see `countersign doctor`)");
    });
}

//! A real Neovim with a screen of its own, driven through its remote calls; keys reach it as a person's do.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rmpv::Value;

use super::DEADLINE;
use super::repository::Repository;
use super::rpc::Rpc;

/// A Neovim that `tests/editors/setup` has put in place.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    /// As it names itself, such as `NVIM v0.10.4`.
    pub(crate) name: String,
    pub(crate) program: PathBuf,
}

/// The releases that are there, oldest first. One that can't be had is said to be skipped, past the capture of a test's output.
pub(crate) fn releases() -> Vec<Release> {
    let editors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/editors");
    let release = |which: &str| {
        let Ok(version) = fs::read_to_string(editors.join(which).join("version")) else {
            let why = fs::read_to_string(editors.join(format!("{which}.why")));
            let why = why.unwrap_or_else(|_| format!("no {which} Neovim: run tests/editors/setup"));
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            let _ = writeln!(std::io::stderr(), "skipped: {test}: {}", why.trim());
            return None;
        };
        let name = version.lines().next().unwrap_or_default().to_owned();
        Some(Release { name, program: editors.join(which).join("nvim") })
    };
    ["older", "newer"].into_iter().filter_map(release).collect()
}

/// Runs a test on each Neovim in turn.
pub(crate) fn on_each(test: impl Fn(&Release)) {
    for release in releases() {
        // Seen when the test fails.
        println!("on {}", release.name);
        test(&release);
    }
}

pub(crate) struct Neovim {
    rpc: Rpc,
}

impl Neovim {
    /// Starts in the repository's root, as fresh from the package: no configuration but its own.
    pub(crate) fn start(release: &Release, repository: &Repository) -> Neovim {
        Neovim::start_with(release, repository, &["--clean"])
    }

    /// The same with what stands in the home, as users have it.
    pub(crate) fn start_as_users_do(release: &Release, repository: &Repository) -> Neovim {
        Neovim::start_with(release, repository, &["--cmd", "set noswapfile"])
    }

    /// The same with this PATH.
    pub(crate) fn start_with_path(release: &Release, repository: &Repository, path: &str) -> Neovim {
        let mut command = repository.command(&release.program);
        Neovim::started(command.env("PATH", path), &["--cmd", "set noswapfile"])
    }

    fn start_with(release: &Release, repository: &Repository, arguments: &[&str]) -> Neovim {
        Neovim::started(&mut repository.command(&release.program), arguments)
    }

    fn started(command: &mut Command, arguments: &[&str]) -> Neovim {
        command.args(["--embed", "-i", "NONE"]).args(arguments).env("TERM", "xterm-256color");
        let mut neovim = Neovim { rpc: Rpc::start(command) };
        // It waits for its screen before it starts up: with one it draws, prompts and gets the focus like any other.
        neovim.call(
            "nvim_ui_attach",
            vec![100.into(), 40.into(), Value::Map(vec![("ext_linegrid".into(), true.into())])],
        );
        neovim
    }

    /// `:edit PATH` (from the root, or absolute).
    pub(crate) fn open(&mut self, path: &str) {
        self.lua("vim.cmd.edit(vim.fn.fnameescape(...))", &[path.into()]);
    }

    /// Types keys, in Neovim's notation (`ihello<Esc>`, `:w<CR>`), and waits until they are taken or a prompt waits for more.
    pub(crate) fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while !rest.is_empty() {
            let taken = self.call("nvim_input", vec![rest.into()]).as_u64().unwrap_or_default();
            rest = &rest[usize::try_from(taken).expect("a count of bytes")..];
            self.rpc.settle().unwrap_or_else(|error| panic!("{keys}: {error}"));
        }
    }

    /// The focus comes back to Neovim's window: what makes it look at the disk. (It does so once in two seconds at most.)
    pub(crate) fn focus(&mut self) {
        self.rpc.send("nvim_ui_set_focus", vec![false.into()]);
        self.rpc.send("nvim_ui_set_focus", vec![true.into()]);
        self.rpc.settle().expect("the focus is taken");
    }

    /// Looks at the disk now, and reloads what is clean and behind.
    pub(crate) fn checktime(&mut self) {
        self.command("checktime");
    }

    /// `:write`; panics with Neovim's word when it refuses.
    pub(crate) fn write(&mut self) {
        self.command("write");
    }

    /// Runs an Ex command.
    pub(crate) fn command(&mut self, command: &str) {
        self.call("nvim_command", vec![command.into()]);
    }

    /// The current buffer's text, a line break after each line.
    pub(crate) fn text(&mut self) -> String {
        let lines = self.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, true)", &[]);
        lines.as_array().into_iter().flatten().map(|line| format!("{}\n", line.as_str().unwrap_or_default())).collect()
    }

    /// What stands on the screen, a line a row, blanks at line ends taken off. It may be a moment old: to see something come, wait for it.
    pub(crate) fn screen(&self) -> String {
        self.rpc.screen.text()
    }

    /// Waits until this stands on the screen: in a buffer, in a sign, in a prompt that takes no call.
    pub(crate) fn wait_for_screen(&self, wanted: &str) {
        assert!(
            self.rpc.screen.wait_for(wanted, DEADLINE),
            "{wanted:?} does not show in {DEADLINE:?}:\n{}",
            self.screen()
        );
    }

    /// Runs Lua; `...` are the arguments, what it returns is given back. Panics with Lua's error.
    pub(crate) fn lua(&mut self, code: &str, arguments: &[Value]) -> Value {
        self.call("nvim_exec_lua", vec![code.into(), Value::Array(arguments.to_vec())])
    }

    /// Waits until a Lua expression is true in Neovim. Panics at the deadline, with the screen.
    pub(crate) fn wait_until(&mut self, condition: &str) {
        let end = Instant::now() + DEADLINE;
        // In slices: Neovim draws, talks to servers and takes calls between them.
        let wait = format!("return vim.wait(200, function() return {condition} end, 5)");
        while self.lua(&wait, &[]).as_bool() != Some(true) {
            assert!(Instant::now() < end, "not in {DEADLINE:?}: {condition}\n{}", self.screen());
        }
    }

    /// Has every file that is opened from now on attached to a language server, as a user's configuration does; the root is the repository's.
    pub(crate) fn serve(&mut self, name: &str, command: &[&str]) {
        let attach = "local name, command = ...
            local config = { name = name, cmd = command, root_dir = vim.fn.getcwd() }
            if vim.lsp.config then
              vim.lsp.config(name, config)
              vim.lsp.enable(name)
            else
              vim.api.nvim_create_autocmd('FileType', { callback = function() vim.lsp.start(config) end })
            end";
        self.lua(attach, &[name.into(), command.iter().map(|&word| word.into()).collect::<Vec<Value>>().into()]);
    }

    /// Loads our plugin from a folder, with this program.
    pub(crate) fn load_plugin(&mut self, folder: &Path, program: &Path) {
        let load = "local folder, program = ...
            vim.opt.runtimepath:prepend(folder)
            require('countersign').setup({ program = program })
            vim.cmd.runtime('plugin/countersign.lua')";
        let [folder, program] = [folder, program].map(|path| path.to_str().expect("a path in UTF-8").into());
        self.lua(load, &[folder, program]);
    }

    /// The current buffer's diagnostics, one a line: `LINE:COLUMN severity source(code): message`, line and byte column from 1.
    pub(crate) fn diagnostics(&mut self) -> String {
        let list = "return table.concat(vim.tbl_map(function(d)
              local severity = vim.diagnostic.severity[d.severity]:lower()
              return ('%d:%d %s %s(%s): %s\\n'):format(d.lnum + 1, d.col + 1, severity, d.source, d.code, d.message)
            end, vim.diagnostic.get(0)))";
        self.lua(list, &[]).as_str().unwrap_or_default().to_owned()
    }

    /// Puts the cursor on the first place where this text stands.
    pub(crate) fn cursor(&mut self, text: &str) {
        let search = "vim.api.nvim_win_set_cursor(0, { 1, 0 })
            return vim.fn.search('\\\\V' .. vim.fn.escape(..., '\\\\'), 'cW')";
        let line = self.lua(search, &[text.into()]);
        assert_ne!(line.as_u64(), Some(0), "{text:?} is not in\n{}", self.text());
    }

    /// Titles of the code actions that Neovim offers at the cursor, one a line.
    pub(crate) fn actions(&mut self) -> String {
        self.offer(Value::Nil)
    }

    /// Chooses the code action with exactly this title from those offered at the cursor. What it changes comes later: wait for it.
    pub(crate) fn act(&mut self, title: &str) {
        let titles = self.offer(title.into());
        assert!(titles.lines().any(|offered| offered == title), "no action {title:?}, but:\n{titles}");
    }

    /// The same, where it may not be offered. Whether it was.
    pub(crate) fn try_act(&mut self, title: &str) -> bool {
        self.offer(title.into()).lines().any(|offered| offered == title)
    }

    /// Pastes text at the cursor while inserting, as a terminal does it.
    pub(crate) fn paste(&mut self, text: &str) {
        self.call("nvim_paste", vec![text.into(), false.into(), (-1).into()]);
    }

    /// Has Neovim ask for code actions and offer them; the person takes the one with this title, or none.
    fn offer(&mut self, title: Value) -> String {
        let offer = "local wanted = ...
            local select, notify, titles = vim.ui.select, vim.notify, nil
            vim.ui.select = function(items, _, choose)
              local chosen
              titles = ''
              for _, item in ipairs(items) do
                titles = titles .. item.action.title .. '\\n'
                if item.action.title == wanted then chosen = item end
              end
              choose(chosen)
            end
            vim.notify = function(message, ...)
              if message == 'No code actions available' then titles = '' else notify(message, ...) end
            end
            vim.lsp.buf.code_action()
            vim.wait(20000, function() return titles ~= nil end, 5)
            vim.ui.select, vim.notify = select, notify
            return titles or error('no code actions came')";
        self.lua(offer, &[title]).as_str().unwrap_or_default().to_owned()
    }

    fn call(&mut self, function: &str, arguments: Vec<Value>) -> Value {
        self.rpc.call(function, arguments).unwrap_or_else(|error| panic!("{function}: {error}"))
    }
}

//! The plugin's review buffer: one diff of what awaits review, with hands.

use expect_test::expect;

use super::plugin::{ANSWERS, KILL, Scene, scene};
use super::{FILE, WITH_AGENT};

impl Scene<'_> {
    fn review(&mut self) {
        self.neovim.command("Countersign review");
        self.neovim.wait_until("vim.api.nvim_buf_line_count(0) > 1");
    }

    fn wait_until_gone(&mut self, text: &str) {
        self.neovim.wait_until(&format!("vim.fn.search({text:?}, 'nw') == 0"));
    }
}

#[test]
fn it_shows_every_hunk_of_every_file_and_follows_what_happens() {
    scene(|scene| {
        scene.agent_writes();
        scene.review();
        expect![[r#"
            # a accept, r revert the hunk (in a selection: all of them)   A, R all of the file's   <CR> go to   ]] [[ file   q close
            --- a.rs
            +++ a.rs
            @@ -1,3 +1,5 @@ claude-code · claude-opus-4-5
             fn a() {}
             fn b() {}
            +fn x() {}
            +fn y() {}
             fn c() {}
            --- b.txt
            +++ b.txt
            @@ -1,3 +1,2 @@ claude-code · claude-opus-4-5
             one
            -two
             three
        "#]]
        .assert_eq(&scene.neovim.text());
        scene.claude.edit("a.rs", "fn y() {}\n", "fn y() {\n    // TODO: implement\n}\n");
        scene.neovim.wait_until("vim.fn.search('placeholder-left', 'nw') > 0");
        expect![[r#"
            --- a.rs
            +++ a.rs
            @@ -1,3 +1,7 @@ claude-code · claude-opus-4-5, 1 finding
            # high  placeholder-left: Code is missing here: `// TODO: implement`.
             fn a() {}
             fn b() {}
            +fn x() {}
            +fn y() {
            +    // TODO: implement
            +}
             fn c() {}
        "#]]
        .assert_eq(&scene.neovim.text().lines().skip(1).take(11).map(|line| format!("{line}\n")).collect::<String>());
    });
}

#[test]
fn what_is_under_the_cursor_is_reverted_accepted_and_gone_to() {
    scene(|scene| {
        scene.agent_writes();
        scene.review();
        scene.neovim.cursor("-two");
        scene.neovim.keys("r");
        scene.wait_until_gone("^-two");
        assert_eq!(scene.repository.read("b.txt"), "one\ntwo\nthree\n");
        scene.neovim.cursor("+fn y");
        scene.neovim.keys("<CR>");
        let place = "return vim.fn.expand('%:t') .. ':' .. vim.fn.line('.')";
        assert_eq!(scene.neovim.lua(place, &[]).as_str(), Some("a.rs:4"));
        scene.neovim.command("Countersign review");
        scene.neovim.cursor("+fn y");
        scene.neovim.keys("a");
        scene.neovim.wait_for_screen("# Nothing awaits review.");
        scene.neovim.keys("q");
        assert_eq!(scene.neovim.text(), WITH_AGENT);
        scene.wait_for_hunks("");
    });
}

#[test]
fn what_a_server_no_longer_answers_is_asked_of_the_next_and_no_answer_is_not_nothing() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.lua(ANSWERS, &[]);
        scene.neovim.lua("answers = function() end", &[]);
        scene.neovim.command("Countersign review");
        scene.neovim.lua(&format!("answers = nil {KILL}"), &[]);
        scene.neovim.wait_until("vim.fn.search('^+fn x', 'nw') > 0");
        scene.neovim.lua("answers = function(done) done({ message = 'it went wrong' }) end", &[]);
        scene.neovim.command("Countersign review");
        scene.neovim.wait_for_screen("# It could not be asked what awaits review");
    });
}

#[test]
fn a_line_is_gone_to_though_what_stands_there_may_not_be_hidden() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.command("set nohidden");
        scene.neovim.keys("ggOfn mine() {}<Esc>");
        let typed = scene.neovim.text();
        scene.review();
        scene.neovim.cursor("-two");
        scene.neovim.keys("<CR>");
        scene.wait_for_text("one\nthree\n");
        scene.neovim.command("wincmd p");
        scene.neovim.command("only!");
        scene.neovim.command("buffer a.rs");
        assert_eq!(scene.neovim.text(), typed);
    });
}

#[test]
fn one_that_a_restored_session_brought_back_gives_way() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.command("call bufload(bufadd('countersign://review'))");
        scene.review();
        assert!(scene.neovim.text().contains("\n+fn x() {}\n"), "{}", scene.neovim.text());
    });
}

#[test]
fn what_the_user_typed_inside_stays_and_a_whole_file_goes_at_once() {
    scene(|scene| {
        scene.agent_writes();
        scene.neovim.cursor("fn y() {");
        scene.neovim.keys("f{a mine() <Esc>");
        scene.wait_for_hunks("mixed 3-4");
        scene.review();
        scene.neovim.cursor("+fn x");
        scene.neovim.keys("R");
        scene.wait_until_gone("^+fn x");
        scene.neovim.open("a.rs");
        scene.wait_for_text(&FILE.replace("fn c", "fn y() { mine() }\nfn c"));
    });
}

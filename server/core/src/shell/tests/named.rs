//! Which files a line may change, where that is certain.

use expect_test::expect;

use super::*;

#[test]
fn a_line_names_all_that_it_may_change_or_it_is_not_certain() {
    let is_folder = |path: &str| matches!(path, "/w" | "/w/src");
    let mut shown = String::new();
    for line in [
        "touch a.txt src/b.rs",
        "echo x > a.txt; echo y >> ./src/../b.txt; cat < c.txt",
        "cat > src/a.rs <<'E'\nfn a() {}\nE",
        "sed -i s/a/b/ a.txt && sed -i -E -e 's/(a)/b/' -e s/c/d/ /w/b.txt",
        "cd src && sed -i s/a/b/ lib.rs",
        "mkdir -p new && cd new && touch x",
        "for f in a b; do echo x > $f.txt; done",
        "cp a.txt src; cp -r src/lib lib; cp -t src x y",
        "mv a.txt src/b.txt",
        "rm -f a.txt && rmdir old",
        "echo x | tee -a log.txt >/dev/null",
        "git checkout -- a.txt src; git restore --staged --worktree b.txt; git checkout HEAD~1 -- c.txt",
        "git add -A && git status",
        "bash -c 'touch x' && env A=b touch y",
        "truncate -s 0 a.txt",
        "cd missing; touch x",
        "cargo fmt",
        "touch *.rs",
        "touch \"$F\"",
        "X=a; if test -f b; then X=b; fi; touch $X",
        "test -f b || X=b; touch $X",
        "i=0; while true; do touch f$i; i=1; done",
        "f() { touch $1; }; f a",
        "find . -exec touch {} +",
        "echo a | xargs touch",
        "ls | xargs sh -c 'echo > x'",
        "sed -i.bak s/a/b/ a.txt",
        "sed -i s/a/b/e a.txt",
        "sed -if x a.txt",
        "uniq a b",
        "cp --backup a b",
        "git checkout a.txt",
        "git checkout -b x -- a.txt",
        "git restore '*.rs'",
        "git add -p",
        "git stash",
        "git -C src checkout -- a",
        "touch a && ./run",
        "curl https://a.example | tee x",
        "PATH=. touch a",
        "touch $(make)",
        "rm",
        "touch a; }",
    ] {
        let named = writes(line, &place(), &is_folder);
        let named = named.map(|named| named.into_iter().collect::<Vec<_>>().join(" "));
        shown += &format!("{:<90} {}\n", line.replace('\n', "⏎"), named.as_deref().unwrap_or("?").replace("/w/", ""));
    }
    expect![[r#"
        touch a.txt src/b.rs                                                                       a.txt src/b.rs
        echo x > a.txt; echo y >> ./src/../b.txt; cat < c.txt                                      a.txt b.txt
        cat > src/a.rs <<'E'⏎fn a() {}⏎E                                                           src/a.rs
        sed -i s/a/b/ a.txt && sed -i -E -e 's/(a)/b/' -e s/c/d/ /w/b.txt                          a.txt b.txt
        cd src && sed -i s/a/b/ lib.rs                                                             src/lib.rs
        mkdir -p new && cd new && touch x                                                          new/x
        for f in a b; do echo x > $f.txt; done                                                     a.txt b.txt
        cp a.txt src; cp -r src/lib lib; cp -t src x y                                             lib lib/lib src src/a.txt src/x src/y
        mv a.txt src/b.txt                                                                         a.txt src/b.txt src/b.txt/a.txt
        rm -f a.txt && rmdir old                                                                   a.txt old
        echo x | tee -a log.txt >/dev/null                                                         log.txt
        git checkout -- a.txt src; git restore --staged --worktree b.txt; git checkout HEAD~1 -- c.txt a.txt b.txt c.txt src
        git add -A && git status                                                                   
        bash -c 'touch x' && env A=b touch y                                                       x y
        truncate -s 0 a.txt                                                                        a.txt
        cd missing; touch x                                                                        ?
        cargo fmt                                                                                  ?
        touch *.rs                                                                                 ?
        touch "$F"                                                                                 ?
        X=a; if test -f b; then X=b; fi; touch $X                                                  ?
        test -f b || X=b; touch $X                                                                 ?
        i=0; while true; do touch f$i; i=1; done                                                   ?
        f() { touch $1; }; f a                                                                     ?
        find . -exec touch {} +                                                                    ?
        echo a | xargs touch                                                                       ?
        ls | xargs sh -c 'echo > x'                                                                ?
        sed -i.bak s/a/b/ a.txt                                                                    ?
        sed -i s/a/b/e a.txt                                                                       ?
        sed -if x a.txt                                                                            ?
        uniq a b                                                                                   ?
        cp --backup a b                                                                            ?
        git checkout a.txt                                                                         ?
        git checkout -b x -- a.txt                                                                 ?
        git restore '*.rs'                                                                         ?
        git add -p                                                                                 ?
        git stash                                                                                  ?
        git -C src checkout -- a                                                                   ?
        touch a && ./run                                                                           ?
        curl https://a.example | tee x                                                             ?
        PATH=. touch a                                                                             ?
        touch $(make)                                                                              ?
        rm                                                                                         ?
        touch a; }                                                                                 ?
    "#]].assert_eq(&shown);
}

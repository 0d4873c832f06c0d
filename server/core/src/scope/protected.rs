//! Classes of files that are protected as such, whatever their folder.

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

/// A class of files that a policy can protect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// What other code builds on: told by symbols, not by path.
    PublicApi,
    /// Tests, their fixtures and snapshots.
    Tests,
    /// Manifests and lock files of packages.
    Dependencies,
    /// What builds, checks and releases.
    Ci,
    /// Licences and notices.
    Licence,
    /// What tools write, and people do not edit.
    Generated,
    /// The policy's own files, agents' hooks and permissions, git's folder, and the editors' settings that start the
    /// server: an agent that edits them disarms the oversight. Protected always.
    Policy,
}

impl Class {
    /// Whether a file is of this class by its path, in any letter case: where case does not tell files apart,
    /// `.GIT/config` is git's. Never for [`Class::PublicApi`], which symbols tell.
    pub fn covers(self, path: &str) -> bool {
        (self != Class::Policy || may_be_policy(path)) && self.set().is_some_and(|set| set.is_match(path))
    }

    /// What a file of this class is, as it stands in a sentence.
    pub fn what(self) -> &'static str {
        match self {
            Class::PublicApi => "public interface",
            Class::Tests => "a test",
            Class::Dependencies => "a list of dependencies",
            Class::Ci => "a part of the continuous integration",
            Class::Licence => "a licence",
            Class::Generated => "a generated file",
            Class::Policy => "a part of the policy",
        }
    }

    /// Each is compiled when it is first asked: all of them cost a hook a tenth of its time.
    fn set(self) -> Option<&'static GlobSet> {
        static SETS: [OnceLock<GlobSet>; 6] = [const { OnceLock::new() }; 6];
        let (at, patterns) = match self {
            Class::PublicApi => return None,
            Class::Tests => (0, TESTS),
            Class::Dependencies => (1, DEPENDENCIES),
            Class::Ci => (2, CI),
            Class::Licence => (3, LICENCE),
            Class::Generated => (4, GENERATED),
            Class::Policy => (5, POLICY),
        };
        Some(SETS[at].get_or_init(|| compile(patterns)))
    }
}

/// Whether a path holds what all patterns of [`POLICY`] do: a name with a dot before it, or one of two others. Every write is held against
/// them, and hardly one is of theirs.
fn may_be_policy(path: &str) -> bool {
    let is_named = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.starts_with('.') || name.starts_with("opencode.") || name.ends_with(".code-workspace")
    };
    // A letter beyond ASCII may be another case of one of its letters.
    !path.is_ascii() || path.split('/').any(is_named)
}

const POLICY: &[&str] = &[
    // Ours.
    "**/.countersign.toml",
    // Agents: hooks, permissions, plugins that run in their process.
    "**/.claude/settings*.json",
    "**/.claude/hooks/**",
    "**/.codex/**",
    "**/.cursor/hooks.json",
    "**/.cursor/hooks/**",
    "**/.gemini/settings.json",
    "**/.github/hooks/**",
    "**/.github/copilot/settings*.json",
    "**/.windsurf/hooks.json",
    "**/.opencode/{plugin,plugins}/**",
    "**/opencode.{json,jsonc}",
    "**/.clinerules/hooks/**",
    "**/.amp/**",
    "**/.factory/{settings*.json,hooks.json,hooks/**}",
    "**/.continue/settings*.json",
    // Git's own folder holds its hooks, its configuration and our journal; in a linked worktree it is a file.
    "**/.git",
    "**/.git/**",
    // What makes an editor start the server, or not.
    "**/.vscode/settings.json",
    "**/*.code-workspace",
    "**/.helix/**",
    "**/.nvim.lua",
    "**/.nvimrc",
    "**/.exrc",
    "**/.zed/settings.json",
];

const TESTS: &[&str] = &[
    "**/{test,tests,__tests__,spec,specs,testdata,__snapshots__}/**",
    "**/*.{test,spec}.*",
    "**/test_*.py",
    "**/*_test.{py,go,rs,rb,exs}",
    "**/*_spec.rb",
    "**/*{Test,Tests}.{java,kt,cs,swift,php}",
    "**/conftest.py",
    "**/*.snap",
];

const DEPENDENCIES: &[&str] = &[
    "**/Cargo.{toml,lock}",
    "**/package.json",
    "**/{package-lock.json,npm-shrinkwrap.json,yarn.lock,pnpm-lock.yaml,pnpm-workspace.yaml,bun.lock,bun.lockb,deno.lock}",
    "**/{pyproject.toml,setup.py,setup.cfg,Pipfile,Pipfile.lock,poetry.lock,uv.lock,pdm.lock}",
    "**/*requirements*.txt",
    "**/go.{mod,sum,work}",
    "**/{Gemfile,Gemfile.lock,*.gemspec}",
    "**/{pom.xml,build.gradle,build.gradle.kts,gradle.lockfile,libs.versions.toml}",
    "**/{composer.json,composer.lock,mix.exs,mix.lock,Package.swift,Package.resolved}",
    "**/{*.csproj,*.fsproj,packages.lock.json,Directory.Packages.props}",
    "**/.npmrc",
];

const CI: &[&str] = &[
    "**/.github/workflows/**",
    "**/.github/actions/**",
    "**/.ci/**",
    "**/.circleci/**",
    "**/.buildkite/**",
    "**/{.gitlab-ci.yml,.travis.yml,Jenkinsfile,azure-pipelines.yml,bitbucket-pipelines.yml,appveyor.yml,.drone.yml}",
    "**/.pre-commit-config.yaml",
];

const LICENCE: &[&str] =
    &["**/{LICENSE,LICENCE,COPYING,NOTICE,UNLICENSE}{,.*,-*}", "**/LICENSES/**", "**/COPYRIGHT{,.*}"];

const GENERATED: &[&str] = &[
    "**/*.{generated,gen}.*",
    "**/*_{generated,pb2,pb2_grpc}.*",
    "**/*.pb.{go,cc,h}",
    "**/*.min.{js,css}",
    "**/__generated__/**",
    "**/generated/**",
];

fn compile(patterns: &[&str]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let built =
            GlobBuilder::new(pattern).literal_separator(true).case_insensitive(true).empty_alternates(true).build();
        set.add(built.expect("the patterns above are tested"));
    }
    set.build().expect("the patterns above are tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pattern_of_the_policy_finds_a_path_that_is_not_looked_at() {
        for pattern in POLICY {
            let name = pattern.strip_prefix("**/").expect("they are of any folder").replace('*', "");
            assert!(may_be_policy(&format!("src/{name}")), "{pattern}");
        }
        assert!(
            !may_be_policy("src/settings.json") && may_be_policy("a/b/OpenCode.jsonc") && may_be_policy("a/.GIT/x")
        );
    }

    #[test]
    fn every_class_but_the_public_interface_is_told_by_path() {
        let examples = [
            (Class::Tests, "server/core/tests/a.rs"),
            (Class::Tests, "web/src/button.test.tsx"),
            (Class::Dependencies, "Cargo.lock"),
            (Class::Dependencies, "api/requirements-dev.txt"),
            (Class::Ci, ".github/workflows/ci.yml"),
            (Class::Ci, "Jenkinsfile"),
            (Class::Licence, "LICENSE"),
            (Class::Licence, "vendor/x/LICENSE-MIT"),
            (Class::Generated, "api/user.pb.go"),
        ];
        for (class, path) in examples {
            assert!(class.covers(path), "{path} is {class:?}");
            assert!(!class.covers("src/parser.rs"));
            assert!(!Class::PublicApi.covers(path));
        }
    }

    #[test]
    fn what_oversees_agents_is_policy_in_any_folder_and_letter_case() {
        for path in [
            ".countersign.toml",
            "sub/.countersign.toml",
            ".claude/settings.json",
            ".claude/settings.local.json",
            ".codex/config.toml",
            ".cursor/hooks.json",
            ".github/hooks/countersign.json",
            ".gemini/settings.json",
            ".windsurf/hooks.json",
            ".opencode/plugins/countersign.ts",
            ".amp/plugins/countersign.ts",
            ".clinerules/hooks/PreToolUse",
            ".factory/settings.json",
            ".factory/hooks.json",
            ".continue/settings.local.json",
            ".git/hooks/pre-commit",
            ".GIT/config",
            ".git",
            "module/.git/config",
            ".vscode/settings.json",
            ".helix/languages.toml",
        ] {
            assert!(Class::Policy.covers(path), "{path}");
        }
        for path in [
            ".gitignore",
            ".github/workflows/ci.yml",
            ".claude/agents/a.md",
            "src/settings.json",
            ".vscode/launch.json",
        ] {
            assert!(!Class::Policy.covers(path), "{path}");
        }
    }
}

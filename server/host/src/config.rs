//! `.countersign.toml` of a workspace and `config.toml` of its user: read, checked, and merged so that a repository can
//! only tighten what its user set.

mod error;
mod in_force;
mod merge;
mod policy;
mod schema;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use countersign_core::limits::Limits;
use countersign_core::review;
use countersign_core::rules::Settings;
use countersign_core::scope::Scope;
use countersign_core::tools::Tools;
use countersign_core::usage::Prices;

pub use error::ConfigError;
pub use in_force::{InForce, in_force, limits_cost, prices, redactions, unanswered};
pub use policy::{Attribution, Audit, Outside, Policy, Price, Risk, ScopeSection, Tier, Ui, Unanswered, Verify};
pub use schema::SCHEMA;

/// The name of a workspace's policy file, in its root.
pub const FILE_NAME: &str = ".countersign.toml";

/// The longest policy file that is read, in bytes.
const MAX_FILE: u64 = 1024 * 1024;

/// What is in force: the user's policy and the repository's as one.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where agents may write, by all policies together.
    pub scope: Scope,
    /// What a question gets that nobody answers.
    pub unanswered: Unanswered,
    /// Which other tools agents may use, by all policies together.
    pub tools: Tools,
    /// What one session may do at most.
    pub limits: Limits,
    /// What models' tokens cost.
    pub prices: Prices,
    /// Which rules count, and how much.
    pub risk: Risk,
    /// What editors show.
    pub ui: Ui,
    /// What is kept, and how long.
    pub audit: Audit,
    /// The commands that decide whether a session's work passes.
    pub verify: Verify,
}

impl Config {
    /// Which rules speak, and how loud.
    #[must_use]
    pub fn rules(&self) -> Settings {
        Settings {
            disabled: self.risk.disable.iter().cloned().collect(),
            severities: self.risk.severity.clone(),
            preset: self.risk.preset.unwrap_or_default(),
        }
    }

    /// What agents' acts are judged by.
    #[must_use]
    pub fn judged_by(&self) -> review::Policy {
        let (scope, tools) = (self.scope.clone(), self.tools.clone());
        let (limits, prices) = (self.limits.clone(), self.prices.clone());
        review::Policy { scope, tools, limits, prices, rules: self.rules() }
    }
}

/// Where the user's own file is, given `$XDG_CONFIG_HOME` and `$HOME`. A folder that is not absolute counts as not set,
/// as the XDG specification wants it; none when neither says anything.
pub fn user_file(xdg_config_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |folder: Option<OsString>| folder.map(PathBuf::from).filter(|folder| folder.is_absolute());
    let base = absolute(xdg_config_home).or_else(|| Some(absolute(home)?.join(".config")))?;
    Some(base.join("countersign").join("config.toml"))
}

/// The policies in force: of each file the last that was good.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    user: Policy,
    repository: Policy,
}

impl Policies {
    /// Reads the user's file and the workspace's again; one that is not there says nothing. Where a file is wrong, its
    /// last good policy stays in force, and each error is returned, to be shown in that file.
    pub fn reload(&mut self, root: &Path, user_file: Option<&Path>) -> Vec<ConfigError> {
        let mut errors = vec![];
        let mut renew = |policy: &mut Policy, read: Result<Policy, Vec<ConfigError>>| match read {
            Ok(good) => *policy = good,
            Err(found) => errors.extend(found),
        };
        renew(&mut self.user, user_file.map_or_else(|| Ok(Policy::default()), read));
        renew(&mut self.repository, read(&root.join(FILE_NAME)));
        errors
    }

    /// Both as one. The repository's can tighten the user's, and never loosen it.
    pub fn config(&self) -> Config {
        let (user, repository) = (&self.user, &self.repository);
        let scope = Scope::compile(&[user.scope.bounds(), repository.scope.bounds()]);
        let tools = Tools::compile(&[user.tools.lists(), repository.tools.lists()]);
        Config {
            scope: scope.expect("a policy is kept only after `parse` has checked its entries"),
            tools: tools.expect("a policy is kept only after `parse` has checked its names"),
            unanswered: merge::unanswered(user.scope.unanswered, repository.scope.unanswered),
            limits: merge::limits(&user.limits, &repository.limits),
            // The higher of two, so that a repository makes no limit on cost wider.
            prices: user.exact_prices().higher(&repository.exact_prices()),
            risk: merge::risk(&user.risk, &repository.risk),
            ui: merge::ui(&user.ui, &repository.ui),
            audit: merge::audit(&user.audit, &repository.audit),
            verify: merge::verify(&user.verify, &repository.verify),
        }
    }
}

/// Reads one policy from a file's text. Errors name `file` and the place in the text: at most one in the form of the
/// text, else all in what it says.
pub fn parse(file: &Path, text: &str) -> Result<Policy, Vec<ConfigError>> {
    let policy: Policy = toml::from_str(text)
        .map_err(|error| vec![ConfigError::at(file, text, error.span().unwrap_or(0..0), error.message())])?;
    let errors: Vec<ConfigError> =
        policy.check().into_iter().map(|(span, message)| ConfigError::at(file, text, span, &message)).collect();
    if errors.is_empty() { Ok(policy) } else { Err(errors) }
}

fn read(file: &Path) -> Result<Policy, Vec<ConfigError>> {
    let failed = |message: String| vec![ConfigError::at(file, "", 0..0, &message)];
    let opened = match std::fs::File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Policy::default()),
        Err(error) => return Err(failed(format!("the file cannot be read: {error}"))),
    };
    let bytes = crate::agents::read_capped(opened, MAX_FILE).context("the file cannot be read");
    let bytes = bytes.map_err(|error| failed(format!("{error:#}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let valid = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
        vec![ConfigError::at(file, &valid, at..at, "the file is no UTF-8 from here on")]
    })?;
    parse(file, &text)
}

#[cfg(test)]
mod tests;

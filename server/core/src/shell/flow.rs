//! What comes out of a command and goes into the next, as far as it is known.

use super::word::Word;

/// What flows through a pipe, or is in a file that the command line itself wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Flow {
    /// All of it, where that is known.
    pub(super) text: Option<String>,
    /// It came from the network.
    pub(super) network: bool,
    /// Secrets that are in it.
    pub(super) secret: Option<String>,
    /// Files of the workspace that are in it.
    pub(super) files: bool,
    /// The paths that it lists, a line each.
    pub(super) paths: Option<Vec<Word>>,
}

impl Flow {
    pub(super) fn of(text: impl Into<String>) -> Flow {
        Flow { text: Some(text.into()), ..Flow::default() }
    }

    /// The same passed on by a program that changes it.
    pub(super) fn changed(self) -> Flow {
        Flow { text: None, paths: None, ..self }
    }

    /// A part of it: lines are left out, none is changed.
    pub(super) fn filtered(self) -> Flow {
        Flow { text: None, ..self }
    }

    /// Two of them, one after the other.
    pub(super) fn then(self, next: Flow) -> Flow {
        let text = match (self.text, next.text) {
            (Some(one), Some(two)) => Some(one + &two),
            _ => None,
        };
        let (network, files) = (self.network || next.network, self.files || next.files);
        let paths = match (self.paths, next.paths) {
            (Some(mut one), Some(two)) => {
                one.extend(two);
                Some(one)
            }
            (one, two) => one.or(two).filter(|_| text.is_none()),
        };
        Flow { text, network, secret: self.secret.or(next.secret), files, paths }
    }
}

//! How long trees may be worked on. Core has no clock: steps are counted, or the caller is asked.

/// What a parse, a query or a comparison may still cost.
///
/// Once spent it stays spent, so that a caller can tell a small answer from one that was cut short.
pub struct Budget<'a> {
    steps: u64,
    go_on: Option<&'a mut dyn FnMut() -> bool>,
    spent: bool,
}

/// About two seconds of work; a 10,000-line file takes a tenth of it.
const STEPS: u64 = 2_000_000;

/// What a step of a parser or a query is worth: they come after hundreds of operations.
pub(crate) const OF_A_TREE: u64 = 32;

/// What comparing two short texts is worth.
pub(crate) const OF_A_COMPARISON: u64 = 1;

impl<'a> Budget<'a> {
    /// A budget of so many steps; a step is about a microsecond of work.
    pub fn steps(steps: u64) -> Budget<'static> {
        Budget { steps, go_on: None, spent: false }
    }

    /// A budget that asks at each step whether to go on: the caller may look at a clock or a newer version.
    pub fn asking(go_on: &'a mut dyn FnMut() -> bool) -> Budget<'a> {
        Budget { steps: u64::MAX, go_on: Some(go_on), spent: false }
    }

    /// Takes so many steps; false when there are not as many left.
    pub fn spend(&mut self, steps: u64) -> bool {
        if self.spent {
            return false;
        }
        let asked = match &mut self.go_on {
            Some(go_on) => go_on(),
            None => true,
        };
        self.spent = self.steps < steps || !asked;
        self.steps = self.steps.saturating_sub(steps);
        !self.spent
    }

    /// Whether something was cut short.
    pub fn is_spent(&self) -> bool {
        self.spent
    }
}

impl Default for Budget<'static> {
    fn default() -> Self {
        Budget::steps(STEPS)
    }
}

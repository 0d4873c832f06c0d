//! How long trees may be worked on. Core has no clock: steps are counted, or the caller is asked.

/// What a parse, a query or a comparison may still cost.
///
/// Once spent it stays spent, so that a caller can tell a small answer from one that was cut short.
pub struct Budget<'a> {
    steps: u64,
    go_on: Option<&'a mut dyn FnMut() -> bool>,
    spent: bool,
}

/// About two seconds of work on a slow machine; a 10,000-line file takes a hundredth of it.
const STEPS: u64 = 1_000_000;

impl<'a> Budget<'a> {
    /// A budget of so many steps; a step is at most some tens of microseconds of work.
    pub fn steps(steps: u64) -> Budget<'static> {
        Budget { steps, go_on: None, spent: false }
    }

    /// A budget that asks at each step whether to go on: the caller may look at a clock or a newer version.
    pub fn asking(go_on: &'a mut dyn FnMut() -> bool) -> Budget<'a> {
        Budget { steps: u64::MAX, go_on: Some(go_on), spent: false }
    }

    /// Takes one step; false when there is none left.
    pub fn spend(&mut self) -> bool {
        if self.spent {
            return false;
        }
        let asked = match &mut self.go_on {
            Some(go_on) => go_on(),
            None => true,
        };
        self.spent = self.steps == 0 || !asked;
        self.steps = self.steps.saturating_sub(1);
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

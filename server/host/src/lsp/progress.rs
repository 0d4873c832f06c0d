//! Long work is shown while it goes on, where the client shows such things; short work is not.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::outbox::{Out, Outbox};

/// Work that takes no longer is not shown.
const SHORT: Duration = Duration::from_millis(300);
/// How often it is said how far the work has come.
const OFTEN: Duration = Duration::from_millis(100);

/// Work that may turn out to be long. What is shown ends when this is dropped.
#[derive(Debug)]
pub(super) struct Long {
    title: &'static str,
    /// What a client names to end the work early.
    pub(super) token: String,
    cancellable: bool,
    outbox: Option<Outbox>,
    said: Instant,
    shown: Option<UnboundedSender<Value>>,
}

impl Long {
    /// Work that begins now; `outbox` where the client shows such things.
    pub(super) fn new(title: &'static str, number: u64, cancellable: bool, outbox: Option<Outbox>) -> Self {
        let token = format!("countersign/{number}");
        Self { title, token, cancellable, outbox, said: Instant::now(), shown: None }
    }

    /// So much of all is done.
    pub(super) fn step(&mut self, done: usize, all: usize) {
        let Some(outbox) = &self.outbox else { return };
        let wait = if self.shown.is_some() { OFTEN } else { SHORT };
        if self.said.elapsed() < wait {
            return;
        }
        self.said = Instant::now();
        let percentage = done * 100 / all.max(1);
        let message = format!("{done} of {all}");
        if let Some(shown) = &self.shown {
            let _ = shown.send(json!({ "kind": "report", "message": message, "percentage": percentage }));
            return;
        }
        let (sender, steps) = unbounded_channel();
        let _ = sender.send(json!({
            "kind": "begin", "title": format!("Countersign: {}", self.title), "cancellable": self.cancellable,
            "message": message, "percentage": percentage,
        }));
        let _ = outbox.send(Out::Progress { token: self.token.clone(), steps });
        self.shown = Some(sender);
    }
}

impl Drop for Long {
    fn drop(&mut self) {
        if let Some(shown) = &self.shown {
            let _ = shown.send(json!({ "kind": "end" }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_work_is_not_shown_and_long_work_begins_and_ends() {
        let (outbox, mut out) = unbounded_channel();
        let mut short = Long::new("Reading", 1, false, Some(outbox.clone()));
        // Whatever else the machine has to do meanwhile.
        short.said = Instant::now() + SHORT;
        short.step(1, 2);
        drop(short);
        assert!(out.try_recv().is_err());

        let mut long = Long::new("Reading", 2, true, Some(outbox));
        long.said = Instant::now().checked_sub(SHORT).unwrap();
        long.step(1, 4);
        long.said = Instant::now() + OFTEN;
        long.step(2, 4);
        long.said = Instant::now().checked_sub(OFTEN).unwrap();
        long.step(3, 4);
        drop(long);
        let Ok(Out::Progress { token, mut steps }) = out.try_recv() else { panic!("nothing is shown") };
        let told: Vec<Value> = std::iter::from_fn(|| steps.try_recv().ok()).collect();
        assert_eq!(token, "countersign/2");
        assert_eq!(told.iter().map(|step| &step["kind"]).collect::<Vec<_>>(), ["begin", "report", "end"]);
        assert_eq!(told[1]["percentage"], 75);
    }
}

//! Knows when the client's process is gone: some die without closing our input.

/// A process that was there when it was looked for.
#[cfg(unix)]
pub(super) struct Process {
    id: rustix::process::Pid,
    /// Its handle, which no later process with the same id can take, where the kernel has such handles.
    #[cfg(target_os = "linux")]
    handle: Option<std::os::fd::OwnedFd>,
}

#[cfg(unix)]
impl Process {
    /// The process with this id, `None` when it is not in sight: a client in another container sends its own idea of
    /// its id, and is not gone for that.
    pub(super) fn find(id: i32) -> Option<Self> {
        use rustix::io::Errno;
        use rustix::process::{Pid, test_kill_process};
        let pid = Pid::from_raw(id)?;
        if test_kill_process(pid) == Err(Errno::SRCH) {
            tracing::warn!(id, "the client's process is not in sight, its end will not be seen");
            return None;
        }
        #[cfg(target_os = "linux")]
        let handle = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok();
        Some(Self {
            id: pid,
            #[cfg(target_os = "linux")]
            handle,
        })
    }

    /// Waits until it is gone; without a handle, by asking every five seconds.
    pub(super) async fn gone(self) {
        use rustix::io::Errno;
        use rustix::process::test_kill_process;
        #[cfg(target_os = "linux")]
        if let Some(handle) = self.handle
            && ended(handle).await.is_some()
        {
            return;
        }
        let mut often = tokio::time::interval(std::time::Duration::from_secs(5));
        while test_kill_process(self.id) != Err(Errno::SRCH) {
            often.tick().await;
        }
    }
}

/// Waits on a thread, which the end of our own process ends; `None` when that cannot be.
#[cfg(target_os = "linux")]
async fn ended(handle: std::os::fd::OwnedFd) -> Option<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let (told, end) = tokio::sync::oneshot::channel();
    let wait = move || {
        if rustix::io::retry_on_intr(|| poll(&mut [PollFd::new(&handle, PollFlags::IN)], None)).is_ok() {
            // Nobody listens when the server has ended before.
            let _ = told.send(());
        }
    };
    std::thread::Builder::new().name("client".into()).spawn(wait).ok()?;
    end.await.ok()
}

/// Elsewhere the end of the input must do.
#[cfg(not(unix))]
pub(super) struct Process;

#[cfg(not(unix))]
impl Process {
    pub(super) fn find(_id: i32) -> Option<Self> {
        None
    }

    pub(super) async fn gone(self) {
        std::future::pending().await
    }
}

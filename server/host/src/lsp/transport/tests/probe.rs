//! A language server whose handlers do what the tests need: wait, panic, ask the client, flood it, print.
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tokio::task::yield_now;
use tower_lsp::gen_lsp_types::{
    DidChangeTextDocumentParams, InitializeParams, InitializeResult, LogMessageNotification, LogMessageParams,
    MessageType,
};
use tower_lsp::jsonrpc::Result;
use tower_lsp::{Client, ClientSocket, LanguageServer, LspService};

pub(super) struct Probe {
    client: Client,
    /// The versions of the changes seen, in the order in which their handlers ran.
    changes: Mutex<Vec<i32>>,
    /// How many notifications of a flood the client's side has taken.
    pub(super) flooded: AtomicUsize,
}

pub(super) fn service() -> (LspService<Probe>, ClientSocket) {
    let probe = |client| Probe { client, changes: Mutex::default(), flooded: AtomicUsize::new(0) };
    LspService::build(probe)
        .custom_method("test/echo", Probe::echo)
        .custom_method("test/changes", Probe::changes)
        .custom_method("test/hang", Probe::hang)
        .custom_method("test/hangQuietly", Probe::hang_quietly)
        .custom_method("test/ask", Probe::ask)
        .custom_method("test/flood", Probe::flood)
        .custom_method("test/flooded", Probe::flooded)
        .custom_method("test/log", Probe::log)
        .custom_method("test/panic", Probe::panic)
        .custom_method("test/panicLater", Probe::panic_later)
        .custom_method("test/panicQuietly", Probe::panic_quietly)
        .custom_method("test/print", Probe::print)
        .finish()
}

impl LanguageServer for Probe {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        Ok(InitializeResult::default())
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_change(&self, change: DidChangeTextDocumentParams) {
        let version = change.text_document.version;
        self.changes.lock().expect("no holder panics").push(version);
        for _ in 0..version % 7 {
            yield_now().await;
        }
    }
}

impl Probe {
    async fn echo(&self, params: Value) -> Result<Value> {
        Ok(params)
    }

    async fn changes(&self) -> Result<Vec<i32>> {
        Ok(self.changes.lock().expect("no holder panics").clone())
    }

    async fn hang(&self) -> Result<()> {
        std::future::pending().await
    }

    async fn hang_quietly(&self) {
        std::future::pending::<()>().await;
    }

    /// What a handler must not do: it waits for the client.
    async fn ask(&self) -> Result<bool> {
        Ok(self.client.workspace_folders().await?.is_none())
    }

    async fn flood(&self, count: usize) -> Result<()> {
        let text = "x".repeat(1000);
        for _ in 0..count {
            self.send_log(text.clone()).await;
            self.flooded.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn flooded(&self) -> Result<usize> {
        Ok(self.flooded.load(Ordering::Relaxed))
    }

    async fn log(&self, text: String) {
        self.send_log(text).await;
    }

    async fn send_log(&self, message: String) {
        let params = LogMessageParams { kind: MessageType::Log, message };
        self.client.send_notification::<LogMessageNotification>(params).await;
    }

    async fn panic(&self) -> Result<()> {
        panic!("a handler fails");
    }

    async fn panic_later(&self) -> Result<()> {
        yield_now().await;
        panic!("a handler fails late");
    }

    async fn panic_quietly(&self) {
        panic!("a notification's handler fails");
    }

    async fn print(&self) -> Result<()> {
        println!("a stray print");
        Ok(())
    }
}

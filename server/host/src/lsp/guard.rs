//! Stands between the transport and the service, so that one bad request costs one error reply and no more.
//! It also starts every handler on arrival: the framework starts them when a slot is free, which is too late.
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use serde_json::Value;
use tower::Service;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

/// The request that the pump sends in the place of a message that it refused; no client's message bears this name.
/// Answering through the service keeps replies whole: only the framework writes to the output.
const REFUSED: &str = "countersign/refused";

/// Wraps a service: a panic in a handler answers a request with -32603 (internal error) and is logged, for a
/// notification only logged.
///
/// A handler runs up to its first suspension within `call`, in order of arrival, before the next message is looked
/// at: what it changes before its first `.await` is changed in that order, however many others are waiting.
/// A handler must not wait for the client: 1024 that do leave no slot for the reply that they wait for.
#[derive(Debug)]
pub struct Guard<S> {
    inner: S,
}

impl<S> Guard<S> {
    /// Guards this service.
    pub fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S> Service<Request> for Guard<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Error: Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.method() == REFUSED {
            return ready(Ok(refusal_response(request))).boxed();
        }
        let method = request.method().to_owned();
        let id = request.id().cloned();
        let handler = match catch_unwind(AssertUnwindSafe(|| self.inner.call(request))) {
            Ok(handler) => handler,
            Err(panic) => return ready(Ok(failed(&method, id, panic.as_ref()))).boxed(),
        };
        started(async move {
            let outcome = AssertUnwindSafe(handler).catch_unwind().await;
            outcome.unwrap_or_else(|panic| Ok(failed(&method, id, panic.as_ref())))
        })
    }
}

/// The message that makes the guard answer `id` (or null, where it could not be known) with this error.
pub(super) fn refusal(id: Option<&Value>, code: ErrorCode, why: &str) -> Value {
    let params = serde_json::json!({ "code": code.code(), "message": why });
    serde_json::json!({ "jsonrpc": "2.0", "id": id, "method": REFUSED, "params": params })
}

/// Whether a client's message bears the name that is ours alone.
pub(super) fn is_reserved(method: &str) -> bool {
    method == REFUSED
}

/// The future after its first poll. No wake-up is lost: whoever gets a new future polls it before relying on one.
fn started<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> BoxFuture<'static, T> {
    let mut future = future.boxed();
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => ready(outcome).boxed(),
        Poll::Pending => future,
    }
}

fn failed(method: &str, id: Option<Id>, panic: &(dyn Any + Send)) -> Option<Response> {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
    tracing::error!(method, panic = said, "a handler panicked");
    let why = format!("countersign failed at {method}; its log says why");
    Some(Response::from_error(id?, error(ErrorCode::InternalError, why)))
}

fn refusal_response(request: Request) -> Option<Response> {
    let (_, id, params) = request.into_parts();
    let params = params.unwrap_or_default();
    let code = params.get("code").and_then(Value::as_i64).map_or(ErrorCode::InvalidRequest, ErrorCode::from);
    let why = params.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Response::from_error(id.unwrap_or_default(), error(code, why)))
}

fn error(code: ErrorCode, message: String) -> Error {
    Error { code, message: message.into(), data: None }
}

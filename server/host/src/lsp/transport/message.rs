//! Makes of one body the messages that the framework will surely take: it ends the server over any that it does not.
//! So everything is parsed whole here, brought to the plain form and written again; what cannot be is refused.
use serde_json::{Map, Value, json};
use tower_lsp::jsonrpc::ErrorCode;

use super::frames::header_within;
use crate::lsp::guard::{is_reserved, refusal};

/// One message, ready for the framework.
#[derive(Debug, PartialEq)]
pub(super) struct Message {
    pub(super) body: Value,
    pub(super) turn: Turn,
}

/// What a message means for the server's life.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    None,
    /// The client is the process with this id, where it says so.
    Initialize(Option<i32>),
    Shutdown,
    Exit,
}

/// What a body holds, and where in it the next header may begin when its length was wrong.
pub(super) fn read(body: &[u8]) -> (Vec<Message>, Option<usize>) {
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    match values.next() {
        None => (Vec::new(), None),
        Some(Ok(value)) => {
            let end = values.byte_offset();
            (unpack(value), (!body[end..].trim_ascii().is_empty()).then_some(end))
        }
        Some(Err(error)) => (vec![unreadable(&error.to_string())], header_within(body)),
    }
}

/// The refusal of what is no JSON.
pub(super) fn unreadable(why: &str) -> Message {
    plain(refusal(None, ErrorCode::ParseError, &format!("countersign cannot read this message: {why}")))
}

/// The messages of a value: a batch's one by one, each answered by itself.
fn unpack(value: Value) -> Vec<Message> {
    match value {
        Value::Array(batch) if batch.is_empty() => vec![refused(None, "an empty batch")],
        Value::Array(batch) => batch.into_iter().filter_map(normalise).collect(),
        single => normalise(single).into_iter().collect(),
    }
}

fn normalise(value: Value) -> Option<Message> {
    let Value::Object(mut object) = value else { return Some(refused(None, "a message is an object")) };
    let id = object.remove("id").filter(is_id);
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Some(refused(id.as_ref(), "its `jsonrpc` is not \"2.0\""));
    }
    match object.remove("method") {
        Some(Value::String(method)) => Some(call(&method, id, object)),
        Some(_) => Some(refused(id.as_ref(), "its `method` is no string")),
        None if id.is_none() && !object.contains_key("result") && !object.contains_key("error") => {
            Some(refused(None, "it has no `method`"))
        }
        None => reply(id, object),
    }
}

/// A request or, without an id (null is none), a notification. Other members go: the framework reads a message with
/// a `result` as a reply.
fn call(method: &str, id: Option<Value>, mut object: Map<String, Value>) -> Message {
    if is_reserved(method) {
        return plain(refusal(id.as_ref(), ErrorCode::MethodNotFound, "this method is countersign's own"));
    }
    let params = object.remove("params");
    let turn = match method {
        "initialize" => Turn::Initialize(client_process(params.as_ref())),
        "shutdown" => Turn::Shutdown,
        "exit" => Turn::Exit,
        _ => Turn::None,
    };
    let members = [("jsonrpc", Some(json!("2.0"))), ("id", id), ("method", Some(json!(method))), ("params", params)];
    let body = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Message { body, turn }
}

/// A client's reply, `None` (and logged) when it names no request. Clients leave out a `result` that is undefined,
/// send null beside an error, or add members to an error, none of which the framework takes well.
fn reply(id: Option<Value>, mut object: Map<String, Value>) -> Option<Message> {
    let error = object.remove("error").filter(|error| !error.is_null());
    let Some(id) = id else {
        tracing::warn!(error = error.unwrap_or_default().to_string(), "the client answered a request that has no id");
        return None;
    };
    let Some(error) = error else {
        let result = object.remove("result").unwrap_or_default();
        return Some(plain(json!({ "jsonrpc": "2.0", "id": id, "result": result })));
    };
    let code = error.get("code").and_then(Value::as_i64).unwrap_or_else(|| ErrorCode::InternalError.code());
    let message = error.get("message").and_then(Value::as_str).unwrap_or("the client gave no reason");
    let mut plain_error = json!({ "code": code, "message": message });
    if let Some(data) = error.get("data") {
        plain_error["data"] = data.clone();
    }
    Some(plain(json!({ "jsonrpc": "2.0", "id": id, "error": plain_error })))
}

fn client_process(params: Option<&Value>) -> Option<i32> {
    let id = params?.get("processId")?.as_i64()?;
    i32::try_from(id).ok().filter(|id| *id > 0)
}

/// Whether the framework takes it as an id.
fn is_id(id: &Value) -> bool {
    id.is_string() || id.as_i64().is_some()
}

fn refused(id: Option<&Value>, why: &str) -> Message {
    plain(refusal(id, ErrorCode::InvalidRequest, &format!("not a JSON-RPC 2.0 message: {why}")))
}

fn plain(body: Value) -> Message {
    Message { body, turn: Turn::None }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use tower_lsp::jsonrpc::{Request, Response};

    use super::*;

    fn check(bodies: &[&str], expected: &Expect) {
        let told = |body: &&str| {
            let (messages, rest) = read(body.as_bytes());
            let told = messages.iter().map(|message| format!("{}\n", message.body)).collect::<String>();
            told + &rest.map_or_else(String::new, |at| format!("then {:?}\n", &body[at..]))
        };
        expected.assert_eq(&bodies.iter().map(told).collect::<String>());
    }

    #[test]
    fn a_message_is_brought_to_its_plain_form() {
        check(
            &[
                r#"{"id":1,"jsonrpc":"2.0","method":"a","params":[1],"result":3,"extra":true}"#,
                r#"{"jsonrpc":"2.0","method":"a","id":null}"#,
                r#"{"jsonrpc":"2.0","method":"a","method":"b"}"#,
                r#"{"jsonrpc":"2.0","id":"x"}"#,
                r#"{"jsonrpc":"2.0","id":2,"result":null,"error":{"code":-32601,"message":"no","stack":"…"}}"#,
                r#"{"jsonrpc":"2.0","id":2,"result":5,"error":null}"#,
            ],
            &expect![[r#"
                {"id":1,"jsonrpc":"2.0","method":"a","params":[1]}
                {"jsonrpc":"2.0","method":"a"}
                {"jsonrpc":"2.0","method":"b"}
                {"id":"x","jsonrpc":"2.0","result":null}
                {"error":{"code":-32601,"message":"no"},"id":2,"jsonrpc":"2.0"}
                {"id":2,"jsonrpc":"2.0","result":5}
            "#]],
        );
    }

    #[test]
    fn what_is_no_message_is_refused_under_its_id_where_it_has_one() {
        check(
            &[
                "{}",
                "[]",
                "7",
                r#"{"jsonrpc":"1.0","id":4,"method":"a"}"#,
                r#"{"jsonrpc":"2.0","id":1.5,"method":7}"#,
                r#"{"jsonrpc":"2.0","id":5,"method":"countersign/refused","params":{"code":1}}"#,
                r#"{"jsonrpc":"2.0","#,
            ],
            &expect![[r#"
                {"id":null,"jsonrpc":"2.0","method":"countersign/refused","params":{"code":-32600,"message":"not a JSON-RPC 2.0 message: its `jsonrpc` is not \"2.0\""}}
                {"id":null,"jsonrpc":"2.0","method":"countersign/refused","params":{"code":-32600,"message":"not a JSON-RPC 2.0 message: an empty batch"}}
                {"id":null,"jsonrpc":"2.0","method":"countersign/refused","params":{"code":-32600,"message":"not a JSON-RPC 2.0 message: a message is an object"}}
                {"id":4,"jsonrpc":"2.0","method":"countersign/refused","params":{"code":-32600,"message":"not a JSON-RPC 2.0 message: its `jsonrpc` is not \"2.0\""}}
                {"id":null,"jsonrpc":"2.0","method":"countersign/refused","params":{"code":-32600,"message":"not a JSON-RPC 2.0 message: its `method` is no string"}}
                {"id":5,"jsonrpc":"2.0","method":"countersign/refused","params":{"code":-32601,"message":"this method is countersign's own"}}
                {"id":null,"jsonrpc":"2.0","method":"countersign/refused","params":{"code":-32700,"message":"countersign cannot read this message: EOF while parsing a value at line 1 column 17"}}
            "#]],
        );
    }

    #[test]
    fn a_batch_is_its_messages_one_by_one() {
        check(
            &[r#"[{"jsonrpc":"2.0","method":"a"}, 3, {"jsonrpc":"2.0","id":1,"method":"b"}]"#],
            &expect![[r#"
            {"jsonrpc":"2.0","method":"a"}
            {"id":null,"jsonrpc":"2.0","method":"countersign/refused","params":{"code":-32600,"message":"not a JSON-RPC 2.0 message: a message is an object"}}
            {"id":1,"jsonrpc":"2.0","method":"b"}
        "#]],
        );
    }

    #[test]
    fn what_a_wrong_length_took_is_told() {
        check(
            &["{\"jsonrpc\":\"2.0\",\"method\":\"a\"}Content-Len", "{\"jsonrpc\":\"2.0\",Content-Length: 5\r\n\r\n{"],
            &expect![[r#"
                {"jsonrpc":"2.0","method":"a"}
                then "Content-Len"
                {"id":null,"jsonrpc":"2.0","method":"countersign/refused","params":{"code":-32700,"message":"countersign cannot read this message: key must be a string at line 1 column 18"}}
                then "Content-Length: 5\r\n\r\n{"
            "#]],
        );
    }

    fn json_text() -> impl Strategy<Value = String> {
        let leaf = proptest::sample::select(vec![
            "null",
            "true",
            "1",
            "-1",
            "1.5",
            "1e999",
            "18446744073709551615",
            "\"a\"",
            "\"\\ud800\"",
            "\"2.0\"",
            "\"id\"",
            "{}",
            "[]",
            "\"\u{7f}\"",
        ]);
        let leaf = leaf.prop_map(str::to_owned).boxed();
        leaf.prop_recursive(6, 60, 6, |inner| {
            let name = proptest::sample::select(vec!["id", "method", "params", "result", "error", "code", "message", "data"]);
            let members = proptest::collection::vec((name, inner.clone()), 0..6);
            let object = members.prop_map(|members| {
                let told = members.iter().map(|(name, value)| format!(",\"{name}\":{value}")).collect::<String>();
                format!("{{\"jsonrpc\":\"2.0\"{told}}}")
            });
            prop_oneof![4 => object, 1 => proptest::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(",")))]
        })
    }

    fn framework_takes(body: &str) -> bool {
        serde_json::from_str::<Request>(body).is_ok() || serde_json::from_str::<Response>(body).is_ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn the_framework_takes_whatever_is_passed_on(text in json_text()) {
            for message in read(text.as_bytes()).0 {
                prop_assert!(framework_takes(&message.body.to_string()), "{}", message.body);
            }
        }

        #[test]
        fn no_bytes_upset_it(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            for message in read(&bytes).0 {
                prop_assert!(framework_takes(&message.body.to_string()));
            }
        }
    }

    #[test]
    fn any_depth_of_nesting_is_passed_on_or_refused() {
        for depth in (100..140).chain([10_000, 1_000_000]) {
            let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"a","params":{nested}}}"#);
            let (messages, _) = read(body.as_bytes());
            assert!(messages.iter().all(|message| framework_takes(&message.body.to_string())), "at {depth}");
            assert_eq!(messages.len(), 1);
        }
    }
}

//! A broken issuer: the reference issuer, with something in front of it that holds its keys and knows its database.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use tallystick::artefact::{NamesSigner, Order, Refusal, Signed};
use tallystick::keys::{AccountId, IssuerId, SigningKey};
use tallystick_issuer::testing::{Answering, Front, Inside};

/// One way to be broken.
#[derive(Debug)]
pub struct Breakage {
    /// In words: "an issuer that …".
    pub does: &'static str,
    /// How.
    pub how: How,
    /// The rules that it fails.
    pub fails: &'static [&'static str],
    /// Rules that may be blocked by it.
    pub blocks: &'static [&'static str],
}

/// How to be broken.
#[derive(Debug)]
pub enum How {
    /// Executes orders that should be refused with one of these codes.
    Executes(&'static [&'static str]),
    /// Serves an account's head where it should answer with this problem.
    Serves(&'static str),
    /// Does not see this field of calls.
    Ignores(&'static str),
    /// Changes answers.
    Edits(fn(&Scene<'_>, &mut Reply)),
    /// Does this to the database before a call whose path ends so.
    Before(&'static str, &'static str),
    /// Does this to the database after a call whose path ends so.
    After(&'static str, &'static str),
    /// Ends event streams at once.
    EndsStreams,
    /// Keeps lists whose signature does not fit.
    KeepsUnsignedLists,
}

/// What an edit may look at.
pub struct Scene<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// The body of the call.
    pub asked: &'a Value,
    /// The issuer's signing key.
    pub key: &'a SigningKey,
    /// Counts the answers.
    pub count: i64,
}

/// An answer that can be changed.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

/// The issuer.
#[derive(Debug)]
pub struct Broken {
    breakage: &'static Breakage,
    inside: OnceLock<Opened>,
    count: AtomicI64,
}

struct Opened(Inside);

impl Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

impl Front for Broken {
    fn answer(self: Arc<Self>, call: Request, next: Next) -> Answering {
        Box::pin(async move { self.pass(call, next).await })
    }
}

fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/event-stream"))
}

impl Broken {
    pub fn new(breakage: &'static Breakage) -> Self {
        Self { breakage, inside: OnceLock::new(), count: AtomicI64::new(0) }
    }

    pub fn look_inside(&self, inside: Inside) {
        self.inside.set(Opened(inside)).unwrap();
    }

    fn inside(&self) -> &Inside {
        &self.inside.get().unwrap().0
    }

    async fn pass(&self, call: Request, next: Next) -> Response {
        let (mut parts, body) = call.into_parts();
        let body = axum::body::to_bytes(body, 2 << 20).await.unwrap();
        if let How::Ignores(name) = self.breakage.how {
            parts.headers.remove(name);
        }
        let path = parts.uri.path().to_owned();
        self.touch(&path, false).await;
        let method = parts.method.as_str().to_owned();
        let response = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
        self.touch(&path, true).await;
        if is_stream(&response) {
            return match self.breakage.how {
                How::EndsStreams => Response::from_parts(response.into_parts().0, Body::empty()),
                _ => response,
            };
        }
        self.change(&method, &path, &body, response).await
    }

    async fn touch(&self, path: &str, is_after: bool) {
        let sql = match self.breakage.how {
            How::Before(end, sql) if !is_after && path.ends_with(end) => sql,
            How::After(end, sql) if is_after && path.ends_with(end) => sql,
            _ => return,
        };
        self.inside().with_database(move |db| db.execute_batch(sql)).await.unwrap();
    }

    async fn change(&self, method: &str, path: &str, body: &Bytes, response: Response) -> Response {
        let (parts, answer) = response.into_parts();
        let answer = axum::body::to_bytes(answer, 4 << 20).await.unwrap();
        let asked: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let json: Value = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        let before = Reply { status: parts.status, headers: parts.headers.clone(), json: json.clone() };
        let mut reply = Reply { status: parts.status, headers: parts.headers.clone(), json };
        let place: Vec<&str> = path.split('/').collect();
        let issuer = place.get(2).and_then(|issuer| issuer.parse::<IssuerId>().ok());
        if let Some(issuer) = issuer {
            self.break_it(issuer, method, path, &asked, &mut reply).await;
        }
        if reply.json == before.json && reply.status == before.status && reply.headers == before.headers {
            return Response::from_parts(parts, Body::from(answer));
        }
        let mut changed = Response::new(Body::empty());
        *changed.status_mut() = reply.status;
        *changed.headers_mut() = reply.headers;
        if reply.json == before.json {
            *changed.body_mut() = Body::from(answer);
            return changed;
        }
        changed.headers_mut().remove(header::CONTENT_LENGTH);
        *changed.body_mut() = Body::from(reply.json.to_string());
        changed
    }

    async fn break_it(&self, issuer: IssuerId, method: &str, path: &str, asked: &Value, reply: &mut Reply) {
        match self.breakage.how {
            How::Executes(codes) if path.ends_with("/orders") => {
                let refusal = member::<Refusal>(&reply.json, "refusal");
                if refusal.is_none_or(|refusal| !codes.contains(&refusal.body().code.as_str())) {
                    return;
                }
                let order = member::<Order>(asked, "order").unwrap();
                // What breaks the database's own rules stays refused.
                if let Ok(Some(receipt)) = self.inside().execute_refused(issuer, order).await {
                    reply.json = json!({ "receipt": BASE64URL_NOPAD.encode(&receipt) });
                }
            }
            How::Serves(code) if reply.json["code"] == code && path.ends_with("/head") && method == "GET" => {
                let account: AccountId = path.split('/').nth(4).unwrap().parse().unwrap();
                if let Ok(head) = self.inside().sign_other_head(issuer, account, |_| {}).await {
                    succeed(reply, StatusCode::OK, json!({ "head": BASE64URL_NOPAD.encode(head.bytes()) }));
                }
            }
            How::KeepsUnsignedLists if method == "PUT" && path.ends_with("/list") && reply.status == 401 => {
                let account: AccountId = path.split('/').nth(4).unwrap().parse().unwrap();
                let list = bytes(asked, "list").unwrap();
                let put = move |db: &rusqlite::Connection| {
                    let sql = "INSERT OR REPLACE INTO list SELECT no, ?2 FROM account WHERE id = ?1";
                    db.execute(sql, rusqlite::params![account.as_bytes(), list]).map(drop)
                };
                self.inside().with_database(put).await.unwrap();
                succeed(reply, StatusCode::NO_CONTENT, Value::Null);
            }
            How::Edits(edit) => {
                // An issuer that is not founded yet has no key.
                if let Ok(key) = self.inside().signing_key(issuer).await {
                    let count = self.count.fetch_add(1, Ordering::Relaxed);
                    edit(&Scene { method, path, asked, key: &key, count }, reply);
                }
            }
            _ => {}
        }
    }
}

/// Answers with a success after all.
pub fn succeed(reply: &mut Reply, status: StatusCode, json: Value) {
    reply.status = status;
    reply.headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    reply.json = json;
}

/// A member of bytes.
pub fn bytes(json: &Value, name: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(json[name].as_str()?.as_bytes()).ok()
}

/// A member that is an artefact.
pub fn member<T: NamesSigner>(json: &Value, name: &str) -> Option<Signed<T>> {
    Signed::parse(&bytes(json, name)?).ok()
}

/// Changes a member that is an artefact, and signs it anew.
pub fn resign<T: NamesSigner + Clone>(
    json: &mut Value,
    name: &str,
    key: &SigningKey,
    edit: impl FnOnce(&mut T),
) {
    let Some(signed) = member::<T>(json, name) else { return };
    let mut body = signed.body().clone();
    edit(&mut body);
    json[name] = BASE64URL_NOPAD.encode(Signed::sign(&body, key).unwrap().bytes()).into();
}

//! Server-sent events, as far as the kit needs them.

use std::time::Duration;

use crate::case::Case;
use crate::client::Call;
use crate::outcome::{Check, broken, hold};
use tallystick::keys::{AccountId, SigningKey};

/// How long the kit waits for what should come at once, or within a few seconds.
const WAIT: Duration = Duration::from_secs(15);

/// What came on a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// An event.
    Event {
        /// Its type.
        event: String,
        /// Its id.
        id: String,
        /// Its data.
        data: String,
    },
    /// A comment: the connection lives.
    Comment,
    /// The stream is over.
    End,
}

/// An open stream.
pub struct Events {
    response: reqwest::Response,
    buffer: String,
}

impl Case {
    /// Opens the event stream of an account.
    pub async fn events(&self, account: AccountId, key: &SigningKey, after: Option<&str>) -> Check<Events> {
        let path = self.place(&format!("accounts/{account}/events"));
        let mut headers = self.draft("GET", &path, None, key).sign(key);
        headers.extend(after.map(|id| ("last-event-id".to_owned(), id.to_owned())));
        let call = Call { method: "GET".into(), path, headers, body: None };
        let response = self.scene.client.open(&call).await?;
        hold(response.status() == 200, || format!("the stream was answered by {}", response.status()))?;
        let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        hold(kind.is_some_and(|kind| kind.starts_with("text/event-stream")), || {
            format!("the stream has the content type {kind:?}")
        })?;
        Ok(Events { response, buffer: String::new() })
    }
}

impl Events {
    /// The next news, which must come in time.
    pub async fn next(&mut self, within: Duration) -> Check<News> {
        match tokio::time::timeout(within, self.read()).await {
            Ok(news) => news,
            Err(_) => broken(format!("nothing came on the event stream within {} s", within.as_secs())),
        }
    }

    /// The next event, whatever comments come before it.
    pub async fn event(&mut self) -> Check<(String, String)> {
        match self.after_comments().await? {
            News::Event { event, id, data } => {
                hold(event == "entry", || format!("an event is called {event:?}"))?;
                Ok((id, data))
            }
            _ => broken("the event stream ended"),
        }
    }

    /// The end, which must come in time; nothing but comments before it.
    pub async fn end(&mut self) -> Check {
        match self.after_comments().await? {
            News::Event { id, .. } => broken(format!("event {id} came instead of the end")),
            _ => Ok(()),
        }
    }

    /// Comments show that the connection lives, and do not make the kit wait any longer.
    async fn after_comments(&mut self) -> Check<News> {
        let news = async {
            loop {
                match self.read().await? {
                    News::Comment => {}
                    other => return Ok(other),
                }
            }
        };
        tokio::time::timeout(WAIT, news).await.unwrap_or_else(|_| {
            broken(format!("nothing came on the event stream within {} s", WAIT.as_secs()))
        })
    }

    async fn read(&mut self) -> Check<News> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                let block: String = self.buffer.drain(..end + 2).collect();
                return Ok(parse(&block));
            }
            match self.response.chunk().await {
                Ok(Some(chunk)) => {
                    let text = String::from_utf8_lossy(&chunk).replace("\r\n", "\n");
                    self.buffer.push_str(&text);
                }
                // A server may just as well close the connection.
                Ok(None) | Err(_) => return Ok(News::End),
            }
        }
    }
}

fn parse(block: &str) -> News {
    let (mut event, mut id, mut data) = (String::from("message"), String::new(), String::new());
    for line in block.lines() {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut event),
            "id" => value.clone_into(&mut id),
            "data" => data.push_str(value),
            _ => {}
        }
    }
    if data.is_empty() { News::Comment } else { News::Event { event, id, data } }
}

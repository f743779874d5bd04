//! As much of HTTP/1.1 as is needed to take calls apart (RFC 9112).

use tokio::io::{self, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// More than any head that a wallet sends.
const LONGEST_HEAD: usize = 64 << 10;

/// What a server answers that has fallen over.
pub(super) const FAILURE: &[u8] =
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A call that has arrived whole.
pub(super) struct Call {
    pub method: String,
    pub path: String,
    head: Vec<u8>,
    pub body: Vec<u8>,
}

impl Call {
    /// As it is passed on: the connection ends with its answer.
    pub fn bytes(&self) -> Vec<u8> {
        [&self.head, b"connection: close\r\n\r\n".as_slice(), &self.body].concat()
    }
}

fn bad() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// Where the body of a message begins.
pub(super) fn body_at(message: &[u8]) -> usize {
    message.windows(4).position(|four| four == b"\r\n\r\n").map_or(message.len(), |at| at + 4)
}

pub(super) async fn read_call(client: &mut (impl AsyncRead + Unpin)) -> io::Result<Call> {
    let mut read = Vec::new();
    let body_at = loop {
        if client.read_buf(&mut read).await? == 0 || read.len() > LONGEST_HEAD {
            return Err(bad());
        }
        let at = body_at(&read);
        if read[..at].ends_with(b"\r\n\r\n") {
            break at;
        }
    };
    let mut body = read.split_off(body_at);
    let head = String::from_utf8(read).map_err(|_| bad())?;
    let mut words = head.split_whitespace();
    let (method, target) = words.next().zip(words.next()).ok_or_else(bad)?;
    let path = target.split('?').next().unwrap_or_default();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let length = length.unwrap_or(0);
    while body.len() < length {
        if client.read_buf(&mut body).await? == 0 {
            return Err(bad());
        }
    }
    Ok(Call {
        method: method.to_owned(),
        path: path.to_owned(),
        // Without the empty line.
        head: head.as_bytes()[..head.len() - 2].to_vec(),
        body,
    })
}

/// Reads until the other side has ended, in good order or not.
pub(super) async fn read_to_end(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    loop {
        match from.read_buf(&mut read).await {
            Ok(0) => return Ok(read),
            Ok(_) => {}
            // Servers that are killed say no farewell.
            Err(_) if !read.is_empty() => return Ok(read),
            Err(error) => return Err(error),
        }
    }
}

/// Passes bytes on as they come.
pub(super) async fn copy(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let mut chunk = Vec::with_capacity(16 << 10);
    while from.read_buf(&mut chunk).await? > 0 {
        to.write_all(&chunk).await?;
        to.flush().await?;
        chunk.clear();
    }
    Ok(())
}

//! `tallystick-town`: what stands around the phones of the shared scenarios. A host of issuers over TLS on loopback, shops
//! with their owners, and whatever goes wrong between them and the phones.
//!
//! It is told what to do in lines of JSON on standard input, `{"do": "fund", …}`, and answers each with one on standard
//! output: `{"ok": {…}}` or `{"error": "…"}`. At the end of its input it stops. `tests/scenarios/README.md` lists what it
//! understands.

mod orders;
mod street;

use std::process::ExitCode;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, stdin, stdout};

use street::Street;

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tallystick-town: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> std::io::Result<()> {
    let mut street = Street::new().await;
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let answer: Value = match serde_json::from_str(&line) {
            Ok(order) => match street.follow(order).await {
                Ok(done) => json!({ "ok": done }),
                Err(error) => json!({ "error": error }),
            },
            Err(error) => json!({ "error": error.to_string() }),
        };
        let mut out = stdout();
        out.write_all(format!("{answer}\n").as_bytes()).await?;
        out.flush().await?;
    }
    street.close().await;
    Ok(())
}

//! The program, as a shop runs it: set up, started, asked, stopped.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallystick-till"));
    command.arg("--folder").arg(folder).args(arguments).kill_on_drop(true);
    command.env("RUST_LOG", "tallystick=trace,tallystick_till=trace");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end with these lines as its input; gives whether it did well, and what it said.
async fn run(folder: &Path, arguments: &[&str], input: &str) -> (bool, String) {
    let mut child = program(folder, arguments).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

struct Till {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
}

async fn start(folder: &Path, arguments: &[&str]) -> Till {
    let mut child =
        program(folder, &[&["run", "--listen", "127.0.0.1:0"], arguments].concat()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().expect("it says where it is");
    let url = first.strip_prefix("the till is at ").expect("its address").to_owned();
    Till { child, lines, url }
}

/// Stops it as a service manager does; gives its log.
async fn stop(till: Till) -> String {
    let id = till.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let output = till.child.wait_with_output().await.unwrap();
    assert!(output.status.success(), "it ends in good order");
    String::from_utf8(output.stderr).unwrap()
}

fn client() -> reqwest::Client {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_is_set_up_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("till");
    let (well, said) = run(&folder, &["set-pin"], "2749\n").await;
    assert!(!well && said.contains("tallystick-till init"), "{said}");
    let (well, said) = run(&folder, &["init"], "").await;
    assert!(well && said.contains("tallystick:k/"), "{said}");
    let (well, said) = run(&folder, &["init"], "").await;
    assert!(!well && said.contains("already"), "{said}");
    let (well, said) = run(&folder, &[], "").await;
    assert!(!well && said.contains("set-pin"), "{said}");
    let (well, said) = run(&folder, &["set-pin"], "12\n").await;
    assert!(!well && said.contains("4 to 12 digits"), "{said}");
    for input in ["2749\n", "2749\n495127\n"] {
        let (well, said) = run(&folder, &["set-pin"], input).await;
        assert!(well, "{said}");
    }
    let (well, said) = run(&folder, &["set-pin"], "2749\n1111\n").await;
    assert!(!well && said.contains("wrong"), "{said}");
    let (well, said) = run(&folder, &["act", "hello"], "495127\n").await;
    assert!(!well, "{said}");
    let (well, said) = run(&folder, &["doctor"], "495127\n").await;
    assert!(!well && said.contains("acts for nobody yet") && said.contains("ok    a PIN is set"), "{said}");

    let (well, said) = run(&folder, &["run", "--listen", "0.0.0.0:0", "--plain-http"], "").await;
    assert!(!well && said.contains("loopback"), "{said}");
    let till = start(&folder, &["--plain-http", "--shop", "Corner Bakery"]).await;
    let client = client();
    let state: Value =
        client.get(format!("{}/api/state", till.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!((&state["shop"], &state["unlocked"]), (&json!("Corner Bakery"), &json!(false)));
    let unlock =
        |pin: &str| client.post(format!("{}/api/unlock", till.url)).json(&json!({ "pin": pin })).send();
    assert_eq!(unlock("2749").await.unwrap().status(), 403);
    let answer = unlock("495127").await.unwrap();
    assert_eq!(answer.status(), 204);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    let token = cookie.trim_start_matches("till=").split(';').next().unwrap();
    let (well, said) = run(&folder, &["doctor"], "495127\n").await;
    assert!(!well && !said.contains("ok "), "one program at a time: {said}");
    let log = stop(till).await;
    assert!(log.contains("the till has stopped"), "{log}");
    for secret in ["495127", "2749", token] {
        assert!(!log.contains(secret), "no secret is in the log");
    }

    // The certificate stays the same, so that tablets need not be told again.
    let mut prints = Vec::new();
    for _ in 0..2 {
        let mut till = start(&folder, &[]).await;
        assert!(till.url.starts_with("https://127.0.0.1:"));
        prints.push(till.lines.next_line().await.unwrap().unwrap());
        stop(till).await;
    }
    assert!(prints[0].starts_with("its certificate (SHA-256) ") && prints[0] == prints[1], "{prints:?}");
}

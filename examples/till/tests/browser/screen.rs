//! A tablet or a phone that shows the till's page.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tallystick_till::Running;
use thirtyfour::extensions::query::ElementQueryable as _;
use thirtyfour::{
    By, CapabilitiesHelper as _, ChromiumLikeCapabilities as _, DesiredCapabilities, Key, WebDriver,
};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::counter::PIN;

/// Browsers are heavy: more at once would only wait for each other.
static BROWSERS: Semaphore = Semaphore::const_new(2);
const PATIENCE: Duration = Duration::from_secs(30);

/// What somebody holds in the hand.
#[derive(Clone, Copy)]
pub struct Look {
    pub name: &'static str,
    pub language: &'static str,
    pub width: u32,
    pub height: u32,
    pub dark: bool,
}

impl Look {
    pub const TABLET: Self =
        Self { name: "tablet-light", language: "en", width: 1024, height: 768, dark: false };
    pub const PHONE: Self = Self { name: "phone-light", width: 390, height: 844, ..Self::TABLET };
}

/// A browser with one page.
pub struct Screen {
    driver: WebDriver,
    look: Look,
    /// Ends after the browser.
    process: Process,
    _one: SemaphorePermit<'static>,
}

struct Process(tokio::process::Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Asked to end, it takes its browser along; killed, it would leave it behind.
        if let Some(id) = self.0.id() {
            let _ = Command::new("sh").args(["-c", "kill \"$1\"", "sh", &id.to_string()]).status();
        }
    }
}

impl Screen {
    /// Opens the till's page.
    pub async fn open(till: &Running, look: Look) -> Self {
        // The driver's client finds no other provider of TLS; that a second test comes too late is no failure.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let one = BROWSERS.acquire().await.unwrap();
        let (process, port) = start().await;
        let mut wanted = DesiredCapabilities::chrome();
        wanted.accept_insecure_certs(true).unwrap();
        wanted.set("goog:loggingPrefs", json!({ "browser": "ALL" })).unwrap();
        for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"] {
            wanted.add_arg(argument).unwrap();
        }
        wanted.add_arg(&format!("--lang={}", look.language)).unwrap();
        wanted.add_experimental_option("prefs", json!({ "intl.accept_languages": look.language })).unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.expect("a browser");
        driver.set_script_timeout(PATIENCE + PATIENCE).await.unwrap();
        let screen = Self { driver, look, process, _one: one };
        screen.resize(look.width, look.height).await;
        let scheme = if look.dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        screen.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        screen.driver.goto(till.url()).await.unwrap();
        screen.until("document.body.dataset.view !== 'start'").await;
        screen
    }

    /// Opens the till's page and gives the PIN.
    pub async fn unlocked(till: &Running, look: Look) -> Self {
        let screen = Self::open(till, look).await;
        screen.unlock().await;
        screen
    }

    /// Gives the PIN.
    pub async fn unlock(&self) {
        self.until_view("pin").await;
        self.keys(PIN).await;
        self.enter().await;
        self.until("document.body.dataset.view !== 'pin'").await;
    }

    pub async fn close(self) {
        let Self { driver, mut process, .. } = self;
        driver.quit().await.unwrap();
        process.0.kill().await.unwrap();
    }

    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(method, parameters).await.unwrap()
    }

    /// Cuts the browser off, or lets it back in.
    pub async fn network(&self, up: bool) {
        let conditions =
            json!({ "offline": !up, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// What a script returns.
    pub async fn script(&self, script: &str) -> Value {
        self.driver.execute(script, vec![]).await.unwrap().json().clone()
    }

    /// What a script hands to its last argument.
    pub async fn call(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.driver.execute_async(script, arguments).await.unwrap().json().clone()
    }

    /// Waits until this holds of the document.
    #[track_caller]
    pub fn until(&self, condition: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let script = format!(
                "const done = arguments[0];
                const holds = () => {{ try {{ return Boolean({condition}); }} catch {{ return false; }} }};
                if (holds()) return done(true);
                const watch = new MutationObserver(() => {{ if (holds()) end(true); }});
                const timer = setTimeout(() => end(false), {});
                const end = (held) => {{ watch.disconnect(); clearTimeout(timer); done(held); }};
                watch.observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});",
                PATIENCE.as_millis()
            );
            if self.call(&script, vec![]).await != json!(true) {
                let shown =
                    self.script("return document.body.dataset.view + ': ' + document.body.innerText").await;
                self.save("failed").await;
                panic!("{caller}: never came: {condition}\n{shown}\n{:?}", self.log().await);
            }
        }
    }

    #[track_caller]
    pub fn until_view(&self, name: &str) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        let condition = format!("document.body.dataset.view === '{name}'");
        async move {
            let _ = caller;
            self.until(&condition).await;
        }
    }

    /// Types on the keyboard, wherever the focus is.
    pub async fn keys(&self, text: &str) {
        self.driver.action_chain().send_keys(text).perform().await.unwrap();
    }

    pub async fn enter(&self) {
        self.driver.action_chain().send_keys(Key::Enter).perform().await.unwrap();
    }

    /// What has the focus after each of so many presses of the tabulator.
    pub async fn tabbed(&self, times: usize) -> Vec<Value> {
        let mut reached = Vec::new();
        for _ in 0..times {
            self.driver.action_chain().send_keys(Key::Tab).perform().await.unwrap();
            reached.push(self.script("return document.activeElement.outerHTML").await);
        }
        reached
    }

    /// Clicks what the selector finds, as a finger does: it must be visible and not covered.
    pub async fn click(&self, selector: &str) {
        let found = self.driver.query(By::Css(selector.to_owned())).first().await;
        let element = found.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// The text of what the selector finds, without marks of direction.
    pub async fn text(&self, selector: &str) -> String {
        let script = format!("return document.querySelector({}).textContent", json!(selector));
        self.script(&script)
            .await
            .as_str()
            .unwrap()
            .replace(['\u{2066}', '\u{2068}', '\u{2069}'], "")
            .replace('\u{a0}', " ")
    }

    pub async fn reload(&self) {
        self.driver.refresh().await.unwrap();
    }

    /// A picture of the page.
    pub async fn picture(&self) -> Vec<u8> {
        self.driver.screenshot_as_png().await.unwrap()
    }

    /// Leaves a picture for people.
    pub async fn save(&self, state: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("till");
        std::fs::create_dir_all(&folder).unwrap();
        let file = format!("{}-{}-{state}.png", self.look.name, self.look.language);
        std::fs::write(folder.join(file), self.picture().await).unwrap();
    }

    /// What stands in the console since the last look; calls that the server refused or did not hear stand there too.
    pub async fn log(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.unwrap();
        entries.into_iter().map(|entry| entry.message).collect()
    }

    /// Nothing may have been complained about.
    #[track_caller]
    pub fn is_calm(&self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let log = self.log().await;
            assert!(log.is_empty(), "{caller}: {log:?}");
        }
    }
}

/// The link of the charge that is shown.
pub async fn link(screen: &Screen) -> String {
    let script = "const [done] = arguments, id = location.hash.split('/')[1];
        fetch(`/api/charge/${id}`).then((a) => a.json()).then((c) => done(c.link))";
    screen.call(script, vec![]).await.as_str().unwrap().to_owned()
}

/// Starts a driver on a free port.
async fn start() -> (Process, u16) {
    let mut command = tokio::process::Command::new("chromedriver");
    command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("chromedriver ({error}): install Debian's chromium and chromium-driver, or run `cargo xtask test rust`")
    });
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let process = Process(child);
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.rsplit_once("successfully on port ") {
            // What it says later must not make it wait for a reader.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (process, port.trim_end_matches('.').parse().unwrap());
        }
    }
    panic!("chromedriver ended without saying its port");
}

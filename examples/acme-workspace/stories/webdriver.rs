//! A headless Chromium with an empty profile, driven through chromedriver.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Ends with its driver, and takes its profile with it.
pub(crate) struct Browser {
    pub(crate) page: Client,
    profile: PathBuf,
    _driver: Child,
}

impl Browser {
    /// `None` where there is no browser. CI must have one, so there that is a failure.
    pub(crate) async fn open() -> Option<Self> {
        let driver = find("chromedriver");
        let browser = BROWSERS.into_iter().find_map(find);
        let (Some(driver), Some(browser)) = (driver, browser) else {
            let advice = "install chromium and chromedriver (on Debian: the packages `chromium` and `chromium-driver`)";
            assert!(env::var("CI").as_deref() != Ok("true"), "no browser to test with: {advice}");
            eprintln!("skipped, for there is no browser to test with: {advice}");
            return None;
        };
        let (driver, port) = start(&driver).await;
        let profile = empty_profile();
        let options = json!({
            "goog:chromeOptions": { "binary": browser, "args": arguments(&profile) },
            "timeouts": { "pageLoad": 30_000, "script": 10_000, "implicit": 0 },
        });
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(options.as_object().cloned().unwrap())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        fit(&page).await;
        Some(Self { page, profile, _driver: driver })
    }

    /// Closes the browser in order, so that it does not outlive its driver.
    pub(crate) async fn close(self) {
        self.page.clone().close().await.unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Left behind at worst, in the folder for temporary files.
        let _gone = fs::remove_dir_all(&self.profile);
    }
}

/// Gives the page 1200 by 800 pixels, whatever the window's frame takes.
async fn fit(page: &Client) {
    let frame = page.execute("return outerHeight - innerHeight", Vec::new()).await.unwrap();
    let frame = u32::try_from(frame.as_u64().unwrap()).unwrap();
    page.set_window_size(1200, 800 + frame).await.unwrap();
}

fn arguments(profile: &std::path::Path) -> Vec<String> {
    let fixed = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
    ];
    let mut arguments: Vec<String> = fixed.map(str::to_owned).into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments
}

/// Starts chromedriver on a port of its own choice, which it tells.
async fn start(program: &PathBuf) -> (Child, u16) {
    let mut driver = Command::new(program)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                return port.trim_end_matches('.').parse().unwrap();
            }
        }
        panic!("chromedriver ended before it told its port");
    };
    let port = tokio::time::timeout(Duration::from_secs(20), port).await.unwrap();
    // It writes little more, and must not be stopped by a pipe that nobody reads.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (driver, port)
}

fn empty_profile() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("acme-workspace-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn find(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

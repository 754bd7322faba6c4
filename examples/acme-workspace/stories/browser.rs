//! The demo in a real browser. The application and the login page are two sites to it.

mod webdriver;

use std::fs;
use std::path::Path;
use std::time::Duration;

use fantoccini::{Client, Locator};
use scalekit_emulator::Emulator;
use webdriver::Browser;

use crate::workspace::Workspace;

const ADA: &str = "ada@acme.example";
const BOB: &str = "bob@acme.example";

#[tokio::test]
async fn r20_r39_signing_in_at_another_site_leads_to_the_page_first_asked_for() {
    let Some(browser) = Browser::open().await else {
        return;
    };
    let workspace = start().await;
    let page = &browser.page;

    page.goto(&workspace.at("/dashboard?from=mail")).await.unwrap();
    assert!(address(page).await.starts_with(workspace.emulator.url()), "the login page");
    screenshot(page, "login").await;
    choose(page, ADA).await;

    wait_for_address(page, &workspace.at("/dashboard?from=mail")).await;
    assert_eq!(fact(page, "name").await, "Ada Lovelace");
    assert_eq!(fact(page, "email").await, ADA);
    assert_eq!(fact(page, "roles").await, "admin");
    assert_eq!(fact(page, "refreshed").await, "not yet");
    screenshot(page, "dashboard").await;

    let tab = page.new_window(true).await.unwrap();
    page.switch_to_window(tab.handle).await.unwrap();
    page.goto(&workspace.at("/dashboard")).await.unwrap();
    assert_eq!(fact(page, "name").await, "Ada Lovelace", "the second tab is signed in");

    page.find(Locator::LinkText("Read invoices")).await.unwrap().click().await.unwrap();
    wait_for_address(page, &workspace.at("/invoices")).await;
    assert!(page.source().await.unwrap().contains("INV-2041"));
    browser.close().await;
}

#[tokio::test]
async fn r20_a_link_on_another_site_opens_the_page_signed_in() {
    let Some(browser) = Browser::open().await else {
        return;
    };
    let workspace = start().await;
    let page = &browser.page;
    sign_in(page, &workspace, ADA).await;

    page.goto(workspace.emulator.url()).await.unwrap();
    follow(page, &workspace.at("/dashboard")).await;
    wait_for_address(page, &workspace.at("/dashboard")).await;
    assert_eq!(fact(page, "name").await, "Ada Lovelace");
    browser.close().await;
}

#[tokio::test]
async fn r24_r29_after_signing_out_no_tab_and_no_way_back_shows_anything_private() {
    let Some(browser) = Browser::open().await else {
        return;
    };
    let workspace = start().await;
    let page = &browser.page;
    sign_in(page, &workspace, ADA).await;
    let first = page.window().await.unwrap();
    let second = page.new_window(true).await.unwrap().handle;
    page.switch_to_window(second.clone()).await.unwrap();
    page.goto(&workspace.at("/dashboard")).await.unwrap();
    assert_eq!(fact(page, "name").await, "Ada Lovelace");

    page.switch_to_window(first).await.unwrap();
    page.find(Locator::Css("form[action='/auth/logout'] button")).await.unwrap().click().await.unwrap();
    wait_for_address(page, &workspace.at("/")).await;
    assert!(page.source().await.unwrap().contains("Nobody is signed in"));
    assert!(
        page.get_all_cookies().await.unwrap().is_empty(),
        "the browser keeps no cookie of the application"
    );

    page.back().await.unwrap();
    assert_asked_to_sign_in(page, &workspace).await;

    page.switch_to_window(second).await.unwrap();
    page.refresh().await.unwrap();
    assert_asked_to_sign_in(page, &workspace).await;
    browser.close().await;
}

#[tokio::test]
async fn r35_a_link_of_another_site_asks_and_the_page_that_asks_signs_out_there_too() {
    let Some(browser) = Browser::open().await else {
        return;
    };
    let workspace = start().await;
    let page = &browser.page;
    sign_in(page, &workspace, ADA).await;

    page.goto(workspace.emulator.url()).await.unwrap();
    follow(page, &workspace.at("/auth/logout")).await;
    wait_for_address(page, &workspace.at("/auth/logout")).await;
    page.find(Locator::Css("form[action='/auth/logout'] button")).await.unwrap().click().await.unwrap();
    wait_for_address(page, &workspace.at("/")).await;
    assert!(page.get_all_cookies().await.unwrap().is_empty(), "here");
    page.goto(&workspace.at("/dashboard")).await.unwrap();
    assert_asked_to_sign_in(page, &workspace).await;
    browser.close().await;
}

#[tokio::test]
async fn a_page_that_bob_may_not_see_tells_him_so() {
    let Some(browser) = Browser::open().await else {
        return;
    };
    let workspace = start().await;
    let page = &browser.page;
    page.goto(&workspace.at("/invoices")).await.unwrap();
    choose(page, BOB).await;
    wait_for_address(page, &workspace.at("/invoices")).await;
    let source = page.source().await.unwrap();
    assert!(source.contains("Not allowed") && !source.contains("INV-2041"), "{source}");

    page.goto(&workspace.at("/dashboard")).await.unwrap();
    assert_eq!(fact(page, "name").await, "Bob Moran", "he stays signed in");
    browser.close().await;
}

async fn start() -> Workspace {
    Workspace::start(Emulator::start().await.unwrap(), |builder| builder).await
}

async fn sign_in(page: &Client, workspace: &Workspace, email: &str) {
    page.goto(&workspace.at("/dashboard")).await.unwrap();
    choose(page, email).await;
    wait_for_address(page, &workspace.at("/dashboard")).await;
}

/// Follows a link of the page that is open.
async fn follow(page: &Client, address: &str) {
    let follow = "const link = document.createElement('a'); link.href = arguments[0]; document.body.append(link); link.click();";
    page.execute(follow, vec![address.into()]).await.unwrap();
}

/// Picks somebody on the login page.
async fn choose(page: &Client, email: &str) {
    let button = format!("button[name='email'][value='{email}']");
    page.find(Locator::Css(&button)).await.unwrap().click().await.unwrap();
}

async fn assert_asked_to_sign_in(page: &Client, workspace: &Workspace) {
    let login = workspace.emulator.url();
    for _ in 0..100 {
        if address(page).await.starts_with(login) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(address(page).await.starts_with(login), "at {}", address(page).await);
    assert!(page.find_all(Locator::Css("[data-fact]")).await.unwrap().is_empty(), "nothing private");
}

async fn wait_for_address(page: &Client, address: &str) {
    let address = address.parse().unwrap();
    page.wait().at_most(Duration::from_secs(15)).for_url(&address).await.unwrap();
}

async fn address(page: &Client) -> String {
    page.current_url().await.unwrap().to_string()
}

async fn fact(page: &Client, name: &str) -> String {
    let place = format!("[data-fact='{name}']");
    page.find(Locator::Css(&place)).await.unwrap().text().await.unwrap()
}

/// Into the folder that `SCREENSHOTS` names, if it names one.
async fn screenshot(page: &Client, name: &str) {
    if let Ok(folder) = std::env::var("SCREENSHOTS") {
        let picture = page.screenshot().await.unwrap();
        fs::create_dir_all(&folder).unwrap();
        fs::write(Path::new(&folder).join(format!("{name}.png")), picture).unwrap();
    }
}

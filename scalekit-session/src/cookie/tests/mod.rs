//! Tests of cookies, and what the tests of reading and writing share.

mod reading;
mod writing;

use std::time::Duration;

use super::{CookieNames, DataNames, Holder, RequestCookies};

const BASE: &str = "__Host-scalekit";
const MONTH: Option<Duration> = Some(Duration::from_secs(30 * 24 * 60 * 60));

fn names() -> CookieNames {
    CookieNames::new(BASE.to_owned())
}

fn data_names() -> DataNames {
    DataNames::new(BASE.to_owned(), "/")
}

/// The sealed values that are found in one `Cookie` line.
fn candidates(line: &str) -> Vec<String> {
    let lines = [("cookie", line)];
    let cookies = RequestCookies::gather(&lines, &names());
    cookies.candidates(Holder::OneCookie).map(|sealed| sealed.join()).collect()
}

/// A text of base64url characters in which neighbouring places differ.
fn sealed_text(length: usize, seed: usize) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    (0..length).map(|index| char::from(alphabet[(index * 7 + index / 64 + seed) % 64])).collect()
}

//! Which `Set-Cookie` lines leave, and when.

use crate::support::{ADA, World, navigation};

#[tokio::test]
async fn what_a_handler_writes_under_our_names_wins() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    let data = browser.jar.data_name().unwrap();
    let removal = format!("{data}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    let answer = browser.send(navigation("GET", "/echo-cookie").header("x-set", &removal)).await;
    assert_eq!(answer.set_cookies(), [removal.as_str()]);
    assert_eq!(browser.visit("/maybe").await.body, "anonymous");
}
